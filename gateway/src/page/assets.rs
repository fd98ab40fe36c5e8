//! The page's own files, compiled in: it loads nothing from elsewhere.

use axum::{
    Router,
    http::header,
    response::{Html, IntoResponse},
    routing::get,
};

macro_rules! web {
    ($name:literal) => {
        include_str!(concat!("web/", $name))
    };
}

const INDEX: &str = web!("index.html");
/// Path, type and content.
const FILES: [(&str, &str, &str); 10] = [
    ("/page.css", "text/css; charset=utf-8", web!("page.css")),
    ("/main.js", JAVASCRIPT, web!("main.js")),
    ("/dom.js", JAVASCRIPT, web!("dom.js")),
    ("/api.js", JAVASCRIPT, web!("api.js")),
    ("/overview.js", JAVASCRIPT, web!("overview.js")),
    ("/setup.js", JAVASCRIPT, web!("setup.js")),
    ("/finder.js", JAVASCRIPT, web!("finder.js")),
    ("/picker.js", JAVASCRIPT, web!("picker.js")),
    ("/link.js", JAVASCRIPT, web!("link.js")),
    ("/words.js", JAVASCRIPT, web!("words.js")),
];
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// The routes of all files.
pub(super) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let router = Router::new().route("/", get(|| async { Html(INDEX) }));
    FILES.into_iter().fold(router, |router, (path, kind, content)| {
        router.route(path, get(move || async move { ([(header::CONTENT_TYPE, kind)], content).into_response() }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_loads_nothing_from_elsewhere_and_writes_no_html() {
        for content in FILES.iter().map(|(_, _, content)| *content).chain([INDEX]) {
            // The name of SVG's elements is no address.
            let content = content.replace("\"http://www.w3.org/2000/svg\"", "");
            assert!(!content.contains("http://") && !content.contains("https://"));
            for way in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "style="] {
                assert!(!content.contains(way), "{way}");
            }
        }
    }

    #[test]
    fn every_file_that_the_page_names_is_there() {
        let named = FILES.iter().flat_map(|(_, _, content)| content.split("from \"./").skip(1));
        for rest in named {
            let name = rest.split('"').next().unwrap_or_default();
            assert!(FILES.iter().any(|(path, ..)| path.strip_prefix('/') == Some(name)), "{name}");
        }
        assert!(INDEX.contains("src=\"/main.js\"") && INDEX.contains("href=\"/page.css\""));
    }
}
