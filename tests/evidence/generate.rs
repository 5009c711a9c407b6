//! The generated media are what they say: to our own reader, to ffmpeg and to a browser.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
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
/// Loads everything, seeks in the video and tells the server what it saw.
const PAGE: &str = r#"<!doctype html><video id=v muted src=demo.mp4></video><audio id=a src=demo.wav></audio>
<img id=i src=demo.jpg><script>
const [v, a, i] = ['v', 'a', 'i'].map(id => document.getElementById(id));
const event = (e, n) => new Promise((ok, no) => {
  e.addEventListener(n, ok, {once: true});
  e.addEventListener('error', () => no(n + ' ' + e.error?.code));
});
(async () => {
  let said;
  try {
    if (v.readyState < 2) await event(v, 'loadeddata');
    if (a.readyState < 1) await event(a, 'loadedmetadata');
    await i.decode();
    const sought = event(v, 'seeked'); v.currentTime = 4.2; await sought;
    said = [v.videoWidth, v.videoHeight, v.duration, v.currentTime, a.duration, i.naturalWidth];
  } catch (e) { said = [e]; }
  await fetch('/said/' + encodeURIComponent(said.join(' ')));
})();</script>"#;

/// Answers one request, with ranges since browsers seek only then; what the page has to say comes back.
fn serve(mut stream: TcpStream, dir: &Path) -> Option<String> {
    let lines = BufReader::new(&stream).lines().map_while(Result::ok);
    let request: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let name = request.first()?.split(' ').nth(1)?.trim_start_matches('/').to_owned();
    let all = std::fs::read(dir.join(&name)).unwrap_or_default();
    let range = request.iter().find_map(|line| {
        line.to_ascii_lowercase().strip_prefix("range: bytes=")?.split('-').next()?.parse().ok()
    });
    let (status, from): (_, usize) =
        range.map_or(("200 OK", 0), |from| ("206 Partial Content", from));
    let kind = match name.rsplit_once('.').map(|(_, end)| end) {
        Some("html") => "text/html",
        Some("mp4") => "video/mp4",
        Some("wav") => "audio/wav",
        _ => "image/jpeg",
    };
    let bytes = all.get(from..).unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nAccept-Ranges: bytes\r\n\
         Content-Range: bytes {from}-{}/{}\r\nConnection: close\r\n\r\n",
        bytes.len(),
        all.len().max(1) - 1,
        all.len()
    );
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(bytes));
    name.strip_prefix("said/").map(|said| said.replace("%20", " "))
}

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
    write(dir.path(), "page.html", PAGE.as_bytes());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = mpsc::channel();
    let folder = dir.path().to_owned();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (tell, folder) = (tell.clone(), folder.clone());
            std::thread::spawn(move || serve(stream, &folder).map(|said| tell.send(said)));
        }
    });
    let flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync \
        --no-proxy-server";
    let mut browser = Command::new(BROWSER)
        .args(flags.split_whitespace())
        .arg(format!("--user-data-dir={}", dir.path().join("profile").display()))
        .arg(format!("http://{address}/page.html"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let said = told.recv_timeout(Duration::from_secs(90));
    browser.kill().unwrap();
    browser.wait().unwrap();
    assert_eq!(said.as_deref(), Ok("160 96 6 4.2 4 640"));
}
