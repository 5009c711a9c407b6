//! Style sheets, browser modules and one of WebAssembly, embedded in the binary and served under `/assets/<hash>/<name>`.
//! One hash names them all, so that modules find each other by plain relative names. Does no I/O.

use crate::web::security;
use actix_web::{HttpResponse, http::header, middleware, web};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

struct Asset {
    name: &'static str,
    bytes: &'static [u8],
}

macro_rules! assets {
    ($($name:literal),* $(,)?) => {
        &[$(Asset { name: $name, bytes: include_bytes!($name) }),*]
    };
}

static ASSETS: &[Asset] = assets![
    "base.css",
    "parts.css",
    "print.css",
    "mark.svg",
    "page.js",
    "canonical.js",
    "sha256.js",
    "digest.js",
    "note.js",
    "proof.js",
    "zip.js",
    "trust.js",
    "der.js",
    "moment.js",
    "stamp.js",
    "procedure.js",
    "procedure.wasm",
    "findings.js",
    "exhibits.js",
    "dossier.js",
    "outcome.js",
    "checking.js",
    "receipt.js",
    "verify.js",
    "keys.js",
    "check.js",
    "sign.js",
    "enrol.js",
    "tus.js",
    "upload.js",
    "player.js",
];

/// The worker that checks dossiers.
const CHECKING: &str = "checking.js";

/// First 12 hex digits of the SHA-256 over every name and its bytes; changes when any file does.
static HASH: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = Sha256::new();
    for asset in ASSETS {
        hasher.update(asset.name);
        hasher.update([0]);
        hasher.update((asset.bytes.len() as u64).to_be_bytes());
        hasher.update(asset.bytes);
    }
    let mut hex = hex::encode(hasher.finalize());
    hex.truncate(12);
    hex
});

/// Address of the asset `name`. A name that is not embedded leads to a 404; a test keeps templates from naming one.
pub fn url(name: &str) -> String {
    format!("/assets/{}/{name}", *HASH)
}

/// Registers `GET /assets/{hash}/{name}`.
pub fn configure(config: &mut web::ServiceConfig) {
    let resource = web::resource("/assets/{hash}/{name}").wrap(middleware::Compress::default());
    config.service(resource.route(web::get().to(serve)));
}

async fn serve(path: web::Path<(String, String)>) -> HttpResponse {
    let (hash, name) = path.into_inner();
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return HttpResponse::NotFound()
            .content_type("text/plain; charset=utf-8")
            .body("没有这个文件。");
    };
    // While nodes are being replaced a page of one may ask another: it gets what is here, but must not keep it.
    let keep = if hash == *HASH { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = HttpResponse::Ok();
    response
        .content_type(media_type(asset.name))
        .insert_header((header::CACHE_CONTROL, keep))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if asset.name == CHECKING {
        // A worker goes by the policy of its own script; no page needs more than the policy of all.
        response.insert_header((header::CONTENT_SECURITY_POLICY, security::CHECKING_POLICY));
    }
    response.body(asset.bytes)
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "js")) => "text/javascript; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        Some((_, "wasm")) => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::{App, test as http};
    use std::path::Path;

    /// Calls `each` with the text of every file below `dir` whose name ends in `ending`.
    fn walk(dir: &Path, ending: &str, each: &mut impl FnMut(&Path, &str)) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, ending, each);
            } else if path.to_string_lossy().ends_with(ending) {
                each(&path, &std::fs::read_to_string(&path).unwrap());
            }
        }
    }

    fn source(of: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(of)
    }

    fn embedded(name: &str) -> bool {
        ASSETS.iter().any(|asset| asset.name == name)
    }

    #[test]
    fn templates_name_only_what_is_embedded() {
        let mut seen = 0;
        walk(&source("src/web"), ".html", &mut |path, text| {
            for rest in text.split("asset(\"").skip(1) {
                let name = rest.split('"').next().unwrap();
                assert!(embedded(name), "{} names {name}", path.display());
                seen += 1;
            }
        });
        assert!(seen > 5, "found {seen} names only; has the spelling changed?");
    }

    #[test]
    fn modules_import_only_what_is_embedded_and_all_are() {
        walk(&source("src/web/look"), ".js", &mut |path, text| {
            let own = path.file_name().unwrap().to_string_lossy();
            assert!(embedded(&own), "{own} is not embedded");
            let imported = text.split("from './").skip(1);
            // A worker, and what is not a script.
            for rest in imported.chain(text.split("new URL('./").skip(1)) {
                let name = rest.split('\'').next().unwrap();
                assert!(embedded(name), "{own} imports {name}");
            }
        });
    }

    #[test]
    fn nothing_inline_that_the_security_policy_would_stop() {
        walk(&source("src/web"), ".html", &mut |path, text| {
            let text = text.to_lowercase();
            for inline in [
                " style=",
                "<style",
                " onclick=",
                " onload=",
                " onsubmit=",
                "javascript:",
                "<script>",
            ] {
                assert!(!text.contains(inline), "{} has {inline}", path.display());
            }
        });
    }

    #[actix_web::test]
    async fn only_the_worker_may_run_webassembly() {
        let app = http::init_service(App::new().configure(configure)).await;
        for asset in ASSETS {
            let request = http::TestRequest::get().uri(&url(asset.name)).to_request();
            let answer = http::call_service(&app, request).await;
            let policy = answer.headers().get("content-security-policy");
            let may = policy.is_some_and(|p| p.to_str().unwrap().contains("'wasm-unsafe-eval'"));
            assert_eq!(may, asset.name == "checking.js", "{}", asset.name);
        }
    }

    #[actix_web::test]
    async fn only_the_right_hash_is_kept_for_ever() {
        let app = http::init_service(App::new().configure(configure)).await;
        let ask = async |uri: String| {
            let answer =
                http::call_service(&app, http::TestRequest::get().uri(&uri).to_request()).await;
            let cache =
                answer.headers().get("cache-control").map(|v| v.to_str().unwrap().to_owned());
            let kind = answer.headers().get("content-type").map(|v| v.to_str().unwrap().to_owned());
            (answer.status().as_u16(), cache.unwrap_or_default(), kind.unwrap_or_default())
        };

        let (status, cache, kind) = ask(url("base.css")).await;
        assert_eq!((status, kind.as_str()), (200, "text/css; charset=utf-8"));
        assert!(cache.contains("immutable"), "{cache}");
        let (status, cache, kind) = ask("/assets/000000000000/page.js".to_owned()).await;
        assert_eq!((status, cache.as_str()), (200, "no-cache"));
        assert_eq!(kind, "text/javascript; charset=utf-8");
        assert_eq!(ask(url("procedure.wasm")).await.2, "application/wasm");
        assert_eq!(ask(url("../assets.rs")).await.0, 404);
        assert_eq!(ask(url("nothing.js")).await.0, 404);
    }
}
