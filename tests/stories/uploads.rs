//! Uploads that go wrong, and go on: the tus protocol's answers, cuts, quarrels, quotas.

use crate::{
    case::Team,
    people::{Answer, Person},
    site::Site,
    tus::{Upload, checksum, chunk_root, metadata},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::Method;
use serde_json::Value;
use std::time::Duration;
use tokio::{io::AsyncWriteExt as _, net::TcpStream};
use zhijian::store::uploads;

/// A house, its people, and an open case.
async fn begun(changed: &[(&str, &str)]) -> (Site, Team, String) {
    let site = Site::open_with(changed).await;
    let team = Team::enter(&site).await;
    let case = team.file(803).await;
    (site, team, case)
}

/// Bytes that differ from place to place.
pub fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at ^ (at >> 8) ^ (at >> 15)) as u8).collect()
}

async fn exhibits(person: &Person, case: &str) -> Vec<Value> {
    let list = person.get(&format!("/api/v1/cases/{case}/exhibits")).await.good();
    list["exhibits"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn the_protocol_answers_as_it_should() {
    let (site, team, case) = begun(&[]).await;
    let options = Answer::of(team.li.ask(Method::OPTIONS, "/files").send().await.unwrap()).await;
    assert_eq!((options.status.as_u16(), options.header("tus-version")), (200, "1.0.0"));
    let extensions = "creation,creation-with-upload,checksum,termination,expiration";
    assert_eq!(options.header("tus-extension"), extensions);
    assert_eq!(options.header("tus-checksum-algorithm"), "sha256,sha1");
    assert_eq!(options.header("tus-max-size"), (1_u64 << 40).to_string());
    let before = site.counts();
    let old = team.li.ask(Method::POST, "/files").header("tus-resumable", "0.2.2");
    let old = Answer::of(old.send().await.unwrap()).await;
    old.refused(412, "tus 1.0.0");
    assert_eq!(old.header("tus-version"), "1.0.0");
    let bare = team.li.tus(Method::POST, "/files").send().await.unwrap();
    Answer::of(bare).await.refused(400, "Upload-Length");
    team.li.ask_upload_with("filename !", 5).await.refused(400, "Upload-Metadata");
    team.li.ask_upload_with(&metadata(&[("filename", "a")]), 5).await.refused(422, "哪个案件");
    let big = team.li.ask_upload(&case, "a", (1 << 40) + 1).await;
    big.refused(413, "1099511627776字节");
    assert_eq!(big.header("tus-max-size"), (1_u64 << 40).to_string());
    let nobody = Person { visitor: site.visitor(), ..team.li.0.clone() };
    nobody.ask_upload(&case, "a", 5).await.refused(401, "请先登录");
    team.sun.ask_upload(&case, "a", 5).await.refused(403, "上传证据附件");
    let upload = team.li.open_upload(&case, "录像.mp4", 5).await;
    let mut careless = team.li.0.clone();
    careless.visitor.csrf = String::new();
    Upload { person: &careless, path: upload.path.clone() }
        .patch(0, b"12345")
        .await
        .refused(403, "CSRF");
    Upload { person: &team.wang, path: upload.path.clone() }
        .patch(0, b"12345")
        .await
        .refused(404, "上传");
    let plain = team.li.tus(Method::PATCH, &upload.path).header("upload-offset", 0);
    let plain = plain.header("content-type", "text/plain").body("12345");
    Answer::of(plain.send().await.unwrap()).await.refused(415, "application/offset+octet-stream");
    let wrong = upload.patch(3, b"45").await;
    wrong.refused(409, "上传位置不符：服务器已收到0字节");
    assert_eq!(wrong.header("tus-resumable"), "1.0.0");
    upload.checked_patch(0, b"12345", "md5 AAAA").await.refused(400, "sha256、sha1");
    let head = upload.head().await;
    assert_eq!((head.header("upload-offset"), head.header("upload-length")), ("0", "5"));
    let sent = metadata(&[("filename", "录像.mp4"), ("case", &case)]);
    assert_eq!(head.header("upload-metadata"), sent);
    assert!(head.header("upload-expires").ends_with("Aug 2026 02:00:00 GMT"), "{head:?}");
    assert_eq!(site.counts(), before);
    assert_eq!(upload.delete().await.status, 204);
    assert_eq!(upload.head().await.status, 410);
    upload.patch(0, b"12345").await.refused(410, "已经取消或者过期");
    assert_eq!(site.house.intake.staged_bytes(), 0);
}

#[actix_web::test]
async fn bytes_come_with_the_creation_and_by_other_methods() {
    let (site, team, case) = begun(&[]).await;
    let name = metadata(&[("filename", "记录.txt"), ("case", &case)]);
    let create = |body: &'static str, sum: String| {
        let request = team.li.tus(Method::POST, "/files").header("upload-length", 10);
        let request = request.header("content-type", "application/offset+octet-stream");
        request.header("upload-metadata", &name).header("upload-checksum", sum).body(body)
    };
    let wrong = Answer::of(create("01234", checksum(b"other")).send().await.unwrap()).await;
    wrong.refused(460, "校验值不符");
    let upload = Upload { person: &team.li, path: wrong.header("location").to_owned() };
    assert_eq!(upload.offset().await, 0, "nothing of it was kept");
    let half = Answer::of(create("01234", checksum(b"01234")).send().await.unwrap()).await;
    assert_eq!((half.status.as_u16(), half.header("upload-offset")), (201, "5"));
    let upload = Upload { person: &team.li, path: half.header("location").to_owned() };
    let sha1 = format!("sha1 {}", STANDARD.encode([0; 20]));
    upload.checked_patch(5, b"56789", &sha1).await.refused(460, "校验值不符");
    let odd = team.li.tus(Method::POST, &upload.path).header("x-http-method-override", "GET");
    Answer::of(odd.send().await.unwrap()).await.refused(405, "不支持所用的请求方法");
    let over = team.li.tus(Method::POST, &upload.path).header("x-http-method-override", "PATCH");
    let over = over.header("content-type", "application/offset+octet-stream");
    // SHA-1 of "56789".
    let sum = "sha1 8iMdKHHmkKKZVwT3ope9e8ZL5yA=";
    let over = over.header("upload-offset", 5).header("upload-checksum", sum).body("56789");
    let last = Answer::of(over.send().await.unwrap()).await;
    assert_eq!((last.status.as_u16(), last.header("zhijian-state")), (204, "linked"), "{last:?}");
    assert_eq!(last.header("zhijian-chunk-root"), chunk_root(b"0123456789"));
    assert_eq!(upload.delete().await.status, 422, "evidence is not taken back");
    let head = upload.head().await;
    assert_eq!((head.header("zhijian-state"), head.header("upload-expires")), ("linked", ""));
    assert_eq!(exhibits(&team.li, &case).await.len(), 1);
    site.holds().await;
}

#[actix_web::test]
async fn what_was_announced_must_arrive() {
    let (site, team, case) = begun(&[]).await;
    let before = site.counts();
    let data = bytes(100_000);
    let upload = team.li.open_upload(&case, "a.bin", data.len()).await;
    upload.checked_patch(0, &data[..50_000], &checksum(b"x")).await.refused(460, "没有保存");
    assert_eq!(upload.offset().await, 0);
    upload.patch(0, &[&data[..], b"!"].concat()).await.refused(413, "超过100000字节");
    assert_eq!(upload.offset().await, 0, "nothing behind the declared end, and nothing unproven");
    let root = "0".repeat(64);
    let wrong = metadata(&[("filename", "b"), ("case", &case), ("chunk_root", &root)]);
    let opened = team.li.ask_upload_with(&wrong, 5).await;
    let other = Upload { person: &team.li, path: opened.header("location").to_owned() };
    other.patch(0, b"12345").await.refused(422, "与上传前计算的校验值不同，没有入链");
    assert_eq!(other.head().await.status, 410);
    let wrong = metadata(&[("filename", "b"), ("case", &case), ("chunk_root", "xyz")]);
    team.li.ask_upload_with(&wrong, 5).await.refused(422, "64位小写十六进制");
    assert_eq!(site.counts(), before);
    let right =
        metadata(&[("filename", "b"), ("case", &case), ("chunk_root", &chunk_root(b"12345"))]);
    let opened = team.li.ask_upload_with(&right, 5).await;
    let other = Upload { person: &team.li, path: opened.header("location").to_owned() };
    assert_eq!(other.patch(0, b"12345").await.header("zhijian-state"), "linked");
}

#[actix_web::test]
async fn two_uploads_at_once_to_one_resource() {
    let (site, team, case) = begun(&[]).await;
    let data = bytes(6 << 20);
    let upload = team.li.open_upload(&case, "一起传.bin", data.len()).await;
    let send = async |at: usize| upload.patch(at, &data[at..]).await;
    let (one, two) = tokio::join!(send(0), send(0));
    let statuses = [one.status.as_u16(), two.status.as_u16()];
    assert!(statuses.iter().all(|status| matches!(status, 204 | 409)), "{statuses:?}");
    for _ in 0..20 {
        let at = upload.offset().await;
        if at == data.len() {
            break;
        }
        send(at).await;
    }
    let list = exhibits(&team.li, &case).await;
    assert_eq!(list.len(), 1);
    assert_eq!(list[0]["sha256"], zhijian::base::Digest::of(&data).hex());
    assert_eq!(list[0]["chunk_root"], chunk_root(&data));
    site.holds().await;
}

#[actix_web::test]
async fn a_full_staging_area_says_so_and_loses_nothing() {
    let (site, team, case) = begun(&[("EVIDENCE__STAGING_QUOTA_BYTES", "3000000")]).await;
    let data = bytes(2_000_000);
    let one = team.li.open_upload(&case, "一.bin", data.len()).await;
    one.patch(0, &data[..1_500_000]).await.good();
    let two = team.wang.open_upload(&case, "二.bin", data.len()).await;
    let before = site.counts();
    two.patch(0, &data).await.refused(507, "存储空间已满");
    assert_eq!(site.counts(), before);
    assert_eq!((one.offset().await, two.offset().await), (1_500_000, 0));
    assert_eq!(one.patch(1_500_000, &data[1_500_000..]).await.header("zhijian-state"), "linked");
    assert_eq!(two.patch(0, &data).await.header("zhijian-state"), "linked", "there is room again");
}

#[actix_web::test]
async fn a_client_that_vanishes_goes_on_where_it_was() {
    let (site, team, case) = begun(&[]).await;
    let data = bytes(20 << 20);
    let upload = team.li.open_upload(&case, "断线.bin", data.len()).await;
    let mut at = 0;
    for cut in [1_000_000, 7_654_321, 13_000_000] {
        torn(&site, &upload, at, &data[at..cut], at + (cut - at) / 2).await;
        let safe = upload.offset().await;
        assert!((at..=cut).contains(&safe), "{at} ≤ {safe} ≤ {cut}");
        at = safe;
    }
    let last = upload.patch(at, &data[at..]).await;
    assert_eq!(last.header("zhijian-state"), "linked");
    assert_eq!(last.header("zhijian-chunk-root"), chunk_root(&data));
    let list = exhibits(&team.li, &case).await;
    assert_eq!(list[0]["sha256"], zhijian::base::Digest::of(&data).hex());
    site.holds().await;
}

#[actix_web::test]
async fn a_whole_upload_is_put_on_record_though_its_sender_vanished() {
    let (site, team, case) = begun(&[]).await;
    let data = bytes(300_000);
    let upload = team.li.open_upload(&case, "走了.bin", data.len()).await;
    torn(&site, &upload, 0, &data, data.len()).await;
    let id = upload.path.rsplit('/').next().unwrap().to_owned();
    let received = async || {
        let id = id.clone();
        site.house.store.read(move |db| uploads::find(db, &id)).await.unwrap().received
    };
    for _ in 0..3_000 {
        if received().await == data.len() as i64 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(received().await, data.len() as i64, "all of it arrived before the reset");
    let site = site.restart().await;
    let li = Person::sign_in(&site.url, "li-ming").await;
    // Nobody asks for the upload any more.
    for _ in 0..3_000 {
        if !exhibits(&li, &case).await.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let list = exhibits(&li, &case).await;
    assert_eq!(list[0]["sha256"], zhijian::base::Digest::of(&data).hex());
    site.holds().await;
}

/// Sends a PATCH that promises more, gives `part`, and resets the connection once the staged file has `least` bytes.
async fn torn(site: &Site, upload: &Upload<'_>, at: usize, part: &[u8], least: usize) {
    let request = upload.stream(at, Vec::new().into()).build().unwrap();
    let address = site.url.strip_prefix("http://").unwrap();
    let mut head = format!("PATCH {} HTTP/1.1\r\nhost: {address}\r\n", upload.path);
    for (name, value) in request.headers() {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    let cookie = upload.person.cookie();
    head.push_str(&format!("cookie: {cookie}\r\ncontent-length: {}\r\n\r\n", part.len() + 1_000));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(part).await.unwrap();
    stream.flush().await.unwrap();
    let staged = async || -> u64 {
        site.house.intake.staged().await.unwrap().iter().map(|(_, bytes)| bytes).sum()
    };
    for _ in 0..3_000 {
        if staged().await >= least as u64 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // Reset rather than closed: the handler is dropped in mid-air.
    stream.set_zero_linger().unwrap();
    drop(stream);
}

#[actix_web::test]
async fn names_are_kept_to_the_letter() {
    let (site, team, case) = begun(&[]).await;
    let long: String = "证".repeat(66) + ".mp4";
    assert_eq!(long.chars().count(), 70);
    let names = [
        long.as_str(),
        "../../../etc/passwd",
        "..\\..\\windows\\win.ini",
        "<script>alert(1)</script>.jpg",
        "\"; filename=\"a.html",
        "a\r\nSet-Cookie: x=1",
        "\u{202e}gpj.exe",
        "👨‍👩‍👧‍👦 𠮷野家 ﷽.png",
        "'; DROP TABLE records;--",
        " 前后有空格 ",
        "CON",
    ];
    for name in names {
        let exhibit = team.li.upload(&case, name, name.as_bytes()).await;
        let content = team.li.get(&format!("/api/v1/exhibits/{exhibit}/content")).await;
        assert_eq!(content.bytes, name.as_bytes());
        assert!(content.header("content-disposition").starts_with("attachment; filename*=UTF-8''"));
        assert_eq!(content.headers.get("set-cookie"), None);
    }
    let list = exhibits(&team.li, &case).await;
    let kept: Vec<&str> = list.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(kept, names);
    let before = site.counts();
    for name in ["", "a\0b", &"字".repeat(256)] {
        team.li.ask_upload(&case, name, 3).await.refused(422, "文件名应为1至255个字符");
    }
    team.li.ask_upload(&case, "空.mp4", 0).await.refused(422, "文件是空的，没有可以存证的内容");
    assert_eq!(site.counts(), before);
    site.holds().await;
}

#[actix_web::test]
async fn an_upload_expires() {
    let (site, team, case) = begun(&[]).await;
    let upload = team.li.open_upload(&case, "a", 5).await;
    upload.patch(0, b"12").await.good();
    site.wait_hours(24 * 7 + 1);
    assert_eq!(upload.head().await.status, 410);
    upload.patch(2, b"345").await.refused(410, "过期");
    let desk = zhijian::desk::Desk::new(site.house.clone(), None);
    zhijian::desk::expire::expire(&desk).await.unwrap();
    assert_eq!(site.house.intake.staged_bytes(), 0);
}
