//! A Rust file as its tokens, which know comments and strings from code.

use proc_macro2::{Delimiter, Group, LexError, TokenStream, TokenTree};
use std::path::PathBuf;

/// A Rust file.
pub(super) struct Source {
    /// From the root of the repository.
    pub(super) path: PathBuf,
    pub(super) text: String,
    /// The names in it, in order.
    pub(super) names: Vec<Name>,
}

/// A name that stands in code, with those that lead to it: `a`, `a::b`, `a::b::c`.
///
/// A list in a `use` is taken apart: `a::{b, c}` is `a`, `a::b` and `a::c`.
pub(super) struct Name {
    pub(super) path: Vec<String>,
    pub(super) line: usize,
    pub(super) part: Part,
}

/// What a name is part of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Product,
    /// An item under `#[cfg(test)]`, or a file of tests.
    Test,
}

impl Source {
    pub(super) fn parse(path: PathBuf, text: String) -> Result<Self, LexError> {
        let tokens: TokenStream = text.parse()?;
        let in_tests = path.components().any(|folder| folder.as_os_str() == "tests")
            || path.file_name().is_some_and(|name| name == "tests.rs");
        let part = if in_tests { Part::Test } else { Part::Product };
        let mut names = Vec::new();
        collect(tokens, &[], part, &mut names);
        Ok(Self { path, text, names })
    }

    /// Whether this is the source of a library or one of its unit tests, not a test package.
    pub(super) fn library(&self) -> Option<&str> {
        let path = self.path.to_str()?.strip_prefix("crates/")?;
        let (library, rest) = path.split_once('/')?;
        rest.starts_with("src/").then_some(library)
    }
}

/// Collects the names in `tokens`, which stand behind `prefix`.
fn collect(tokens: TokenStream, prefix: &[String], part: Part, names: &mut Vec<Name>) {
    let mut path = prefix.to_vec();
    let mut colons = 0;
    // An item under `#[cfg(test)]` goes to the end of its braces, or to its semicolon.
    let mut item = part;
    let mut after_hash = false;
    for token in tokens {
        let is_hash = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#');
        match token {
            TokenTree::Ident(ident) => {
                if colons != 2 {
                    path = prefix.to_vec();
                }
                path.push(ident.to_string());
                let line = ident.span().start().line;
                names.push(Name { path: path.clone(), line, part: item });
                colons = 0;
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                ':' => colons += 1,
                sign => {
                    colons = 0;
                    path = prefix.to_vec();
                    if sign == ';' {
                        item = part;
                    }
                }
            },
            TokenTree::Group(group) => {
                if after_hash && is_cfg_test(&group) {
                    item = Part::Test;
                }
                let leads = colons == 2 && group.delimiter() == Delimiter::Brace;
                let lead = if leads { path.clone() } else { Vec::new() };
                collect(group.stream(), &lead, item, names);
                if group.delimiter() == Delimiter::Brace {
                    item = part;
                }
                path = prefix.to_vec();
                colons = 0;
            }
            TokenTree::Literal(_) => colons = 0,
        }
        after_hash = is_hash;
    }
}

/// Whether an attribute is `cfg(test)`, or a `cfg(all(test, …))`.
fn is_cfg_test(attribute: &Group) -> bool {
    let text = attribute.stream().to_string().replace(' ', "");
    text == "cfg(test)" || text.starts_with("cfg(all(test,")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(String, Part)> {
        let source = Source::parse("src/lib.rs".into(), text.to_owned()).unwrap();
        source.names.into_iter().map(|name| (name.path.join("::"), name.part)).collect()
    }

    fn has(text: &str, path: &str, part: Part) -> bool {
        names(text).contains(&(path.to_owned(), part))
    }

    #[test]
    fn names_in_lists_have_the_path_of_the_list() {
        let text = "use crate::{a, b::{C, d}, e as f};";
        for path in ["crate::a", "crate::b::C", "crate::b::d", "crate::e"] {
            assert!(has(text, path, Part::Product), "{path} in {:?}", names(text).len());
        }
        assert!(!has(text, "crate::C", Part::Product));
    }

    #[test]
    fn a_block_after_a_path_is_not_a_list() {
        assert!(has("fn f() -> a::B { c() }", "c", Part::Product));
    }

    #[test]
    fn comments_and_strings_have_no_names() {
        assert_eq!(names("// unsafe\n/* unsafe */").len(), 0);
        assert!(!has("const S: &str = \"unsafe\";", "unsafe", Part::Product));
    }

    #[test]
    fn what_is_under_cfg_test_is_a_test_to_the_end_of_its_braces() {
        let text = "#[cfg(test)] mod tests { use crate::a; } use crate::b;
            #[cfg(test)] use crate::c; use crate::d;";
        assert!(has(text, "crate::a", Part::Test));
        assert!(has(text, "crate::b", Part::Product));
        assert!(has(text, "crate::c", Part::Test));
        assert!(has(text, "crate::d", Part::Product));
    }
}
