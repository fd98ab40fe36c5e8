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
    use crate::codes::Code;

    /// The codes that the page has words for, each with its words as they are written.
    fn worded(script: &str) -> Vec<(&str, &str)> {
        let (_, table) = script.split_once("const WORDS = {\n").expect("a table");
        let (table, _) = table.split_once("\n};").expect("its end");
        let lines = table.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
        lines.map(|line| line.strip_prefix('"').and_then(|line| line.split_once("\": ")).expect(line)).collect()
    }

    /// What does not agree between the codes and their words.
    fn amiss(script: &str) -> Vec<String> {
        let words = worded(script);
        let times = |code: &str| words.iter().filter(|(worded, said)| *worded == code && said.len() > 20).count();
        let wordless = Code::all().map(Code::name).filter(|code| times(code) != 1);
        let unknown = words.iter().filter(|(worded, _)| Code::all().all(|code| code.name() != *worded));
        let wordless = wordless.map(|code| format!("{code} has words {} times", times(code)));
        wordless.chain(unknown.map(|(worded, _)| format!("{worded} is no code"))).collect()
    }

    #[test]
    fn every_code_has_words_and_every_word_a_code() {
        let script = web!("words.js");
        assert_eq!(amiss(script), Vec::<String>::new());
        let renamed = script.replace("\"no-energy\":", "\"no-energies\":");
        assert_eq!(amiss(&renamed), ["no-energy has words 0 times", "no-energies is no code"]);
        let twice = script.replace("\"no-answer\":", "\"no-energy\":");
        assert_eq!(amiss(&twice), ["no-answer has words 0 times", "no-energy has words 2 times"]);
    }

    #[test]
    fn the_page_decides_by_codes_and_never_by_the_words_of_a_message() {
        for (path, _, content) in FILES {
            for way in ["/i.test(", "/i,", "/i)", ".match(", "message.includes", "message.startsWith"] {
                assert!(!content.contains(way), "{path}: {way}");
            }
        }
    }

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
