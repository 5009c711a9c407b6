//! The generated media are what they say: to our own reader, to ffmpeg and to a browser.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};
use zhijian::evidence::{
    generate::{audio, image, video},
    poster::poster,
    probe::{Probe, probe},
    sniff::sniff_file,
};

fn write(dir: &Path, name: &str, bytes: &[u8]) -> std::path::PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

/// What a tool prints, or `None` (and a line) where it is not installed.
fn ask(tool: &str, arguments: &[&str], path: &Path) -> Option<String> {
    let Ok(output) = Command::new(tool).args(arguments).arg(path).output() else {
        println!("skipped: no {tool}");
        return None;
    };
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{tool} complains");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_video_is_small_valid_and_as_long_as_asked() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = video(6, 1).unwrap();
    assert!(bytes.len() < 400_000, "{} bytes", bytes.len());
    assert_eq!(bytes, video(6, 1).unwrap(), "the same seed gives the same bytes");
    assert_ne!(bytes, video(6, 2).unwrap());
    let path = write(dir.path(), "demo.mp4", &bytes);
    let kind = sniff_file(&path).unwrap();
    assert_eq!((kind.mime, kind.inline, kind.note), ("video/mp4", true, None));
    let expected = Probe { duration_ms: Some(6_000), width: Some(160), height: Some(96) };
    assert_eq!(probe(&path, &kind), Some(expected));
    let entries = "stream=codec_name,profile,width,height,nb_read_frames:format=duration";
    let arguments = ["-v", "warning", "-count_frames", "-show_entries", entries, "-of", "csv=p=0"];
    if let Some(said) = ask("ffprobe", &arguments, &path) {
        assert_eq!(said.trim(), "h264,Baseline,160,96,12\n6.000000");
    }
    let name = path.to_str().unwrap().to_owned();
    let decode = ["-v", "warning", "-nostdin", "-i", &name, "-f", "framemd5"];
    if let Some(frames) = ask("ffmpeg", &decode, Path::new("-")) {
        let mut sums: Vec<_> = frames.lines().filter_map(|line| line.rsplit(", ").next()).collect();
        sums.retain(|sum| sum.len() == 32 && !sum.starts_with('#'));
        assert_eq!(sums.len(), 12);
        sums.sort_unstable();
        sums.dedup();
        assert_eq!(sums.len(), 12, "every frame is another one");
    }
}

#[test]
fn the_sound_and_the_picture_are_valid() {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), "demo.wav", &audio(4, 7));
    let kind = sniff_file(&path).unwrap();
    assert_eq!((kind.mime, kind.inline), ("audio/wav", true));
    assert_eq!(probe(&path, &kind).unwrap().duration_ms, Some(4_000));
    let entries = [
        "-v",
        "warning",
        "-show_entries",
        "stream=codec_name,sample_rate:format=duration",
        "-of",
        "csv=p=0",
    ];
    if let Some(said) = ask("ffprobe", &entries, &path) {
        assert_eq!(said.trim(), "pcm_s16le,8000\n4.000000");
    }
    let path = write(dir.path(), "demo.jpg", &image(3).unwrap());
    let kind = sniff_file(&path).unwrap();
    assert_eq!((kind.mime, kind.inline), ("image/jpeg", true));
    let size = Probe { duration_ms: None, width: Some(640), height: Some(480) };
    assert_eq!(probe(&path, &kind), Some(size));
    assert!(poster(&path, &kind).is_some());
}

const BROWSER: &str = "/usr/bin/chromium";
const PAGE: &str = r#"<!doctype html><title>wait</title><video id=v muted src=demo.mp4></video><audio id=a src=demo.wav></audio>
<img id=i src=demo.jpg><pre id=out>wait</pre><script>
const v = document.getElementById('v'), a = document.getElementById('a'), i = document.getElementById('i');
const event = (e, n) => new Promise((ok, no) => { e.addEventListener(n, ok, {once: true}); e.addEventListener('error', () => no(n + ' ' + e.error?.code)); });
(async () => {
  try {
    if (v.readyState < 2) await event(v, 'loadeddata');
    if (a.readyState < 1) await event(a, 'loadedmetadata');
    const sought = event(v, 'seeked'); v.currentTime = 4.2; await sought;
    const c = document.createElement('canvas'); c.width = 160; c.height = 96;
    const g = c.getContext('2d'); g.drawImage(v, 0, 0);
    document.getElementById('out').textContent = ['result', v.videoWidth, v.videoHeight, v.duration, a.duration, i.naturalWidth].join('|') + '|end';
  } catch (e) { document.getElementById('out').textContent = 'result|' + e + '|end'; }
})();</script>"#;

#[test]
fn a_browser_plays_them() {
    if !Path::new(BROWSER).exists() {
        println!("skipped: no {BROWSER}");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "demo.mp4", &video(6, 1).unwrap());
    write(dir.path(), "demo.wav", &audio(4, 7));
    write(dir.path(), "demo.jpg", &image(3).unwrap());
    let page = write(dir.path(), "page.html", PAGE.as_bytes());
    let flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync \
        --allow-file-access-from-files --timeout=20000 --virtual-time-budget=15000 --dump-dom";
    let mut browser = Command::new(BROWSER)
        .args(flags.split_whitespace())
        .arg(format!("--user-data-dir={}", dir.path().join("profile").display()))
        .arg(format!("file://{}", page.display()))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    for _ in 0..600 {
        if browser.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let _ = browser.kill();
    let dom = String::from_utf8(browser.wait_with_output().unwrap().stdout).unwrap();
    let result =
        dom.split("<pre id=\"out\">").nth(1).unwrap_or(&dom).split("</pre>").next().unwrap();
    assert_eq!(result, "result|160|96|6|4|640|end");
}
