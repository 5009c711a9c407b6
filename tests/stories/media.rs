//! Real recordings, pictures and documents: uploaded, listed, and played back byte for byte.

use crate::{
    case::Team,
    people::Person,
    site::{Site, skipped},
};
use reqwest::Method;
use serde_json::json;
use std::path::{Path, PathBuf};
use zhijian::{base::Digest, desk::fixity, store::Db};

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

#[actix_web::test]
async fn every_sample_comes_back_as_it_went_in() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/media"));
    if !folder.is_dir() {
        return skipped("there are no sample recordings beside the repository");
    }
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.file(803).await;
    let samples = files(folder);
    assert!(samples.len() >= 20, "{}", samples.len());
    for path in &samples {
        let name = path.file_name().unwrap().to_str().unwrap();
        let bytes = std::fs::read(path).unwrap();
        let id = team.li.upload(&case, name, &bytes).await;
        played_back(&team.wang, &id, &bytes).await;
    }
    let list = team.wang.get(&format!("/api/v1/cases/{case}/exhibits")).await.good();
    let list = list["exhibits"].as_array().unwrap();
    assert_eq!(list.len(), samples.len());
    for (listed, path) in list.iter().zip(&samples) {
        let bytes = std::fs::read(path).unwrap();
        assert_eq!(listed["name"], path.file_name().unwrap().to_str().unwrap());
        assert_eq!(listed["sha256"], Digest::of(&bytes).hex());
        assert_eq!(listed["size"], bytes.len());
        if path.extension().is_some_and(|kind| kind == "3g2" || kind == "3gp") {
            // Named as films, and some hold sound alone.
            assert!(matches!(listed["family"].as_str(), Some("audio" | "video")));
            continue;
        }
        let family = path.parent().unwrap().file_name().unwrap().to_str().unwrap();
        let family = family.replace("doc", "document");
        assert_eq!(listed["family"].as_str().unwrap(), family, "{}", path.display());
    }
    let posters = list.iter().filter(|listed| listed["poster"] == true).count();
    assert!(posters >= 5, "photographs have thumbnails: {posters}");
    site.holds().await;
}

/// Reads an exhibit whole and in ranges, as a player does.
async fn played_back(person: &Person, id: &str, bytes: &[u8]) {
    let path = format!("/api/v1/exhibits/{id}/content");
    let whole = person.get(&path).await;
    assert_eq!((whole.status.as_u16(), whole.bytes == bytes), (200, true));
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(whole.header("content-length"), bytes.len().to_string());
    let size = bytes.len();
    let middle = size / 2;
    let wishes = [
        (format!("bytes=0-{}", middle - 1), 0..middle),
        (format!("bytes={middle}-"), middle..size),
        ("bytes=-1".to_owned(), size - 1..size),
    ];
    for (wish, range) in wishes {
        let request = person.ask(Method::GET, &path).header("range", &wish);
        let part = crate::people::Answer::of(request.send().await.unwrap()).await;
        assert_eq!(part.status, 206, "{wish}");
        let told = format!("bytes {}-{}/{size}", range.start, range.end - 1);
        assert_eq!(part.header("content-range"), told);
        assert!(part.bytes == bytes[range], "{wish}");
    }
    let request = person.ask(Method::GET, &path).header("range", format!("bytes={size}-"));
    let beyond = crate::people::Answer::of(request.send().await.unwrap()).await;
    beyond.refused(416, "超出了附件的末尾");
    assert_eq!(beyond.header("content-range"), format!("bytes */{size}"));
}

/// The next day's reading of the exhibits, now.
async fn next_round(site: &Site) {
    let due = |db: &mut Db| db.run_script("UPDATE jobs SET due_at = 0");
    site.house.store.write_blocking(due).unwrap();
    fixity::check_some(&site.house).await.unwrap();
}

#[actix_web::test]
async fn damage_to_an_exhibit_is_red_for_those_who_answer_for_it() {
    let site = Site::open().await;
    let team = Team::enter(&site).await;
    let case = team.file(803).await;
    let bytes = b"what was fixed at the scene".to_vec();
    team.li.upload(&case, "现场照片.jpg", &bytes).await;
    next_round(&site).await;
    let checked = team.chief.get("/api/v1/fixity").await.good();
    assert_eq!((&checked["read"], &checked["broken"]), (&json!(1), &json!(0)));
    assert!(team.chief.get("/office").await.text().contains("附件完整性巡检"));
    team.li.get("/api/v1/fixity").await.refused(403, "查看附件巡检结果");

    let path = site.house.vault.path_of(Digest::of(&bytes)).unwrap();
    std::fs::remove_file(&path).unwrap();
    next_round(&site).await;
    let checked = team.chief.get("/api/v1/fixity").await.good();
    assert_eq!(checked["list"][0]["name"], "现场照片.jpg");
    let office = team.chief.get("/office").await.text();
    assert!(office.contains("证据附件与入库时不一致") && office.contains("现场照片.jpg"));
    assert!(!team.li.get("/office").await.text().contains("现场照片.jpg"));
}
