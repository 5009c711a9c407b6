//! Sniffing, probing and previews of real and hostile files, checked against the inventory.

use crate::common::{files, samples};
use zhijian::evidence::{
    poster::poster,
    probe::probe,
    sniff::{Family, of_mime, sniff, sniff_file},
};

/// Other names for what we say, as the inventory or a tool would have it.
fn same(ours: &str, listed: &str, path: &str) -> bool {
    let listed = match listed {
        "audio/x-wav" => "audio/wav",
        "video/m2ts" => "video/mp2t",
        "application/zip" if path.ends_with(".ofd") => "application/ofd",
        // Sound alone, which the inventory's tool does not look for.
        "audio/mp4" if path.ends_with(".3gp") => "audio/3gpp",
        "video/3gpp" if path.contains("amr_nb") => "audio/3gpp",
        "video/mp4" if path.ends_with(".3g2") => "audio/3gpp2",
        "" if path.ends_with(".amr") => "audio/amr",
        other => other,
    };
    ours == listed
}

#[test]
fn every_sample_is_what_the_inventory_says() {
    let Some(samples) = samples() else { return };
    let mut rows = csv::Reader::from_path(samples.join("media_inventory.csv")).unwrap();
    let mut wrong = Vec::new();
    for row in rows.records() {
        let row = row.unwrap();
        if !row[0].starts_with("media/") {
            continue;
        }
        let path = samples.join(&row[0]);
        let kind = sniff_file(&path).unwrap();
        if !same(kind.mime, &row[3], &row[0]) {
            wrong.push(format!("{}: {} for {}", &row[0], kind.mime, &row[3]));
        }
        let head = std::fs::read(&path).unwrap();
        let by_head = sniff(&head[..head.len().min(65_536)]);
        assert_eq!(by_head.inline, kind.inline, "{}", &row[0]);
        if kind.family == Family::Document {
            assert!(!kind.inline);
        }
        assert_eq!(of_mime(kind.mime).mime, kind.mime);
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn durations_and_sizes_agree_with_the_inventory() {
    /// What pure Rust cannot read here.
    const UNREAD: [&str; 1] = ["panasonic_avchd_snippet.mts"];
    let Some(samples) = samples() else { return };
    let mut rows = csv::Reader::from_path(samples.join("media_inventory.csv")).unwrap();
    let mut checked = 0;
    for row in rows.records() {
        let row = row.unwrap();
        let Ok(seconds) = row[5].parse::<f64>() else { continue };
        let path = samples.join(&row[0]);
        let found = probe(&path, &sniff_file(&path).unwrap());
        if UNREAD.iter().any(|name| row[0].ends_with(name)) {
            assert_eq!(found, None);
            continue;
        }
        let found = found.unwrap_or_else(|| panic!("nothing read of {}", &row[0]));
        let ours = found.duration_ms.unwrap() as f64 / 1000.0;
        assert!((ours - seconds).abs() <= 0.1, "{}: {ours} for {seconds}", &row[0]);
        if let Some((_, size)) = row[6].rsplit_once(' ') {
            let (width, height) = size.split_once('x').unwrap();
            assert_eq!(found.width, width.parse().ok(), "{}", &row[0]);
            assert_eq!(found.height, height.parse().ok(), "{}", &row[0]);
        }
        checked += 1;
    }
    assert!(checked >= 12, "{checked}");
}

#[test]
fn what_browsers_do_not_play_is_said() {
    let Some(samples) = samples() else { return };
    let note = |name: &str| sniff_file(&samples.join("media").join(name)).unwrap().note;
    assert_eq!(note("video/derived_hevc_hvc1_aac.mp4"), Some("浏览器可能无法播放画面"));
    assert_eq!(note("video/gopro_hero7_h264_aac_gps.mp4"), None);
    assert_eq!(note("audio/alac.m4a"), Some("浏览器可能无法播放声音"));
    assert_eq!(note("audio/silence_2s_pcm16k.wav"), None);
}

#[test]
fn hostile_files_neither_panic_nor_run() {
    let Some(samples) = samples() else { return };
    let all = files(&samples.join("adversarial"));
    assert!(all.len() > 100);
    for path in all {
        let kind = sniff_file(&path).unwrap();
        let data = std::fs::read(&path).unwrap();
        for cut in [0, 1, 7, 100, data.len().min(65_536)] {
            sniff(&data[..cut.min(data.len())]);
        }
        // Also when somebody claims that they are something else.
        for mime in [
            kind.mime,
            "image/jpeg",
            "image/png",
            "image/webp",
            "image/gif",
            "audio/mpeg",
            "audio/flac",
            "audio/wav",
            "audio/ogg",
            "audio/aac",
            "audio/aiff",
            "video/mp4",
            "audio/mp4",
            "video/webm",
            "video/x-msvideo",
            "audio/amr",
        ] {
            probe(&path, &of_mime(mime));
            poster(&path, &of_mime(mime));
        }
        let name = path.file_name().unwrap().to_str().unwrap();
        let folder = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let picture = kind.family == Family::Image && folder == "media";
        assert!(!kind.inline || picture, "{name} would be shown as {}", kind.mime);
    }
}

#[test]
fn a_polyglot_is_only_for_download() {
    let Some(samples) = samples() else { return };
    let kind = sniff_file(&samples.join("adversarial/polyglot/mp3_also_jpg.mp3")).unwrap();
    assert!(!kind.inline);
    assert_eq!(kind.note, Some("文件内混有其他格式的内容，只供下载，不在页面内显示"));
    // A picture with a ZIP behind it.
    let mut both = std::fs::read(samples.join("media/image/gps_DSCN0010.jpg")).unwrap();
    both.extend(std::fs::read(samples.join("adversarial/archives/test_compat_zip_1.zip")).unwrap());
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), both).unwrap();
    assert!(!sniff_file(file.path()).unwrap().inline);
}

#[test]
fn torn_and_flipped_media_never_panic() {
    let Some(samples) = samples() else { return };
    let file = tempfile::NamedTempFile::new().unwrap();
    for path in files(&samples.join("media")) {
        let data = std::fs::read(&path).unwrap();
        let data = &data[..data.len().min(20_000)];
        let kind = sniff(data);
        for step in 0..40_usize {
            let mut bad = data.to_vec();
            bad.truncate(data.len() * (step + 1) / 40);
            for hit in 0..8 {
                let at = (step * 7_919 + hit * hit * 131) % bad.len().max(1);
                if let Some(byte) = bad.get_mut(at) {
                    *byte ^= 0xff >> hit;
                }
            }
            std::fs::write(file.path(), &bad).unwrap();
            sniff_file(file.path()).unwrap();
            probe(file.path(), &kind);
        }
    }
}

#[test]
fn previews_are_small_upright_and_bare() {
    let Some(samples) = samples() else { return };
    let preview = |name: &str| {
        let path = samples.join("media").join(name);
        poster(&path, &sniff_file(&path).unwrap())
    };
    let jpeg = preview("image/gps_DSCN0010.jpg").unwrap();
    assert!(jpeg.len() < 80_000);
    assert!(!jpeg.windows(4).any(|window| window == b"Exif"), "no place leaves with a preview");
    let small = image::load_from_memory(&jpeg).unwrap();
    assert_eq!(small.width().max(small.height()), 480);
    // Stored on its side, marked to be turned.
    let turned =
        image::load_from_memory(&preview("image/orientation_landscape_6.jpg").unwrap()).unwrap();
    assert!(turned.width() > turned.height());
    assert_eq!(preview("video/gopro_hero7_h264_aac_gps.mp4"), None);
    assert_eq!(preview("image/Stonehenge.heic"), None);
    assert_eq!(preview("doc/Test3.pdf"), None);
}

/// Five seconds made by ffmpeg: arguments, file name, media type, whether a page shows it, whether we can time it.
const MADE: [(&str, &str, &str, bool, bool); 16] = [
    ("{v} {a} -c:v libx264 -c:a aac", "a.mp4", "video/mp4", true, true),
    ("{v} {a} -c:v libx264 -movflags frag_keyframe+empty_moov", "f.mp4", "video/mp4", true, true),
    (
        "{v} -c:v libx264 -movflags frag_keyframe+empty_moov+delay_moov",
        "d.mov",
        "video/quicktime",
        true,
        true,
    ),
    ("{v} {a} -c:v libvpx -c:a libopus", "a.webm", "video/webm", true, true),
    ("{v} -c:v libvpx -f webm -live 1", "live.webm", "video/webm", true, true),
    ("{a} -c:a libopus", "sound.webm", "audio/webm", true, true),
    ("{v} {a} -c:v libx264", "a.mkv", "video/x-matroska", false, true),
    ("{a}", "a.mp3", "audio/mpeg", true, true),
    ("{a}", "a.flac", "audio/flac", true, true),
    ("{a} -c:a libopus", "a.ogg", "audio/ogg", true, true),
    ("{a} -c:a aac", "a.m4a", "audio/mp4", true, true),
    ("{a}", "a.aac", "audio/aac", false, false),
    ("{a}", "a.aiff", "audio/aiff", false, true),
    ("{v}", "a.avi", "video/x-msvideo", false, true),
    ("{v} -c:v libx264", "a.ts", "video/mp2t", false, false),
    ("{v}", "a.wmv", "video/x-ms-asf", false, false),
];

#[test]
fn what_ffmpeg_makes_is_known_and_timed() {
    let dir = tempfile::tempdir().unwrap();
    for (arguments, name, mime, inline, timed) in MADE {
        let path = dir.path().join(name);
        let arguments = arguments
            .replace("{v}", "-f lavfi -i testsrc=d=5:s=320x240:r=10")
            .replace("{a}", "-f lavfi -i sine=d=5");
        let made = std::process::Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin"])
            .args(arguments.split(' '))
            .arg(&path)
            .status();
        if !made.is_ok_and(|status| status.success()) {
            println!("skipped: no ffmpeg to make {name}");
            continue;
        }
        let kind = sniff_file(&path).unwrap();
        assert_eq!((kind.mime, kind.inline, kind.note), (mime, inline, None), "{name}");
        let found = probe(&path, &kind);
        assert_eq!(found.is_some(), timed, "{name}");
        let Some(found) = found else { continue };
        let ms = found.duration_ms.unwrap();
        // Fragments' times count the two frames that an encoder looks ahead, here 200 ms.
        assert!((4_850..=5_200).contains(&ms), "{name}: {ms} ms");
        if kind.family == Family::Video {
            assert_eq!((found.width, found.height), (Some(320), Some(240)), "{name}");
        }
    }
}
