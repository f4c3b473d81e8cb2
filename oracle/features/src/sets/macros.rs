//! The one macro of feature SQL: division with a stated rounding.
//!
//! `{{div_floor(a, b)}}` is `floor(a / b)` of two BIGINT with `b >= 1`. The slash of SQL truncates in one
//! engine and gives a fraction in another, so it is written nowhere else; the linter proves the divisor.

use crate::FeaturesError;

/// How deep macros may stand in each other.
pub const MACRO_DEPTH_MAX: usize = 8;

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

/// The text with all macros expanded.
///
/// # Errors
/// [`FeaturesError::File`] naming `file` and the macro: unknown, not closed, not two arguments, or nested
/// deeper than [`MACRO_DEPTH_MAX`].
pub fn expand_macros(file: &str, text: &str) -> Result<String, FeaturesError> {
    expand(file, text, MACRO_DEPTH_MAX)
}

fn expand(file: &str, text: &str, depth_left: usize) -> Result<String, FeaturesError> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(OPEN) {
        out.push_str(&rest[..start]);
        let body = &rest[start + OPEN.len()..];
        let wrong = |problem: &str| {
            let shown: String = body.chars().take(40).collect();
            FeaturesError::File {
                file: file.to_owned(), problem: format!("macro {OPEN}{shown}… {problem}")
            }
        };
        if depth_left == 0 {
            return Err(wrong(&format!("stands in more than {MACRO_DEPTH_MAX} others")));
        }
        let end = closing(body).ok_or_else(|| wrong("is not closed by }}"))?;
        let call = body[..end].trim();
        let arguments = call
            .strip_prefix("div_floor")
            .map(str::trim_start)
            .and_then(|call| call.strip_prefix('(')?.strip_suffix(')'))
            .ok_or_else(|| wrong("is unknown; there is div_floor(a, b)"))?;
        let (a, b) = split_two(arguments).ok_or_else(|| wrong("must have two arguments"))?;
        let (a, b) = (expand(file, a.trim(), depth_left - 1)?, expand(file, b.trim(), depth_left - 1)?);
        // Truncation rounds a negative quotient up; the remainder then has the sign of the dividend.
        out.push_str(&format!("(({a}) / ({b}) - CASE WHEN ({a}) % ({b}) < 0 THEN 1 ELSE 0 END)"));
        rest = &body[end + CLOSE.len()..];
    }
    out.push_str(rest);
    Ok(out)
}

/// Where the macro that is open at the start of `body` closes.
fn closing(body: &str) -> Option<usize> {
    let mut open = 1usize;
    let mut at = 0;
    while at < body.len() {
        if body[at..].starts_with(OPEN) {
            open += 1;
            at += OPEN.len();
        } else if body[at..].starts_with(CLOSE) {
            open -= 1;
            if open == 0 {
                return Some(at);
            }
            at += CLOSE.len();
        } else {
            at += body[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    None
}

/// The two arguments around the only comma outside parentheses.
fn split_two(arguments: &str) -> Option<(&str, &str)> {
    let mut depth = 0i32;
    let mut commas = Vec::new();
    for (at, character) in arguments.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => commas.push(at),
            _ => {}
        }
        if depth < 0 {
            return None;
        }
    }
    match commas.as_slice() {
        [comma] if depth == 0 => {
            let (a, b) = (&arguments[..*comma], &arguments[comma + 1..]);
            (!a.trim().is_empty() && !b.trim().is_empty()).then_some((a, b))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expands_nested_calls() {
        let one =
            |a: &str, b: &str| format!("(({a}) / ({b}) - CASE WHEN ({a}) % ({b}) < 0 THEN 1 ELSE 0 END)");
        assert_eq!(
            expand_macros("f", "x, {{div_floor(a + 1, 7)}} y").unwrap(),
            format!("x, {} y", one("a + 1", "7"))
        );
        assert_eq!(expand_macros("f", "{{ div_floor (f(a, b), 7) }}").unwrap(), one("f(a, b)", "7"));
        let inner = one("a", "2");
        assert_eq!(expand_macros("f", "{{div_floor({{div_floor(a, 2)}}, 3)}}").unwrap(), one(&inner, "3"));
        assert_eq!(expand_macros("f", "{{div_floor('é', 3)}}").unwrap(), one("'é'", "3"));
        assert_eq!(expand_macros("f", "no macro").unwrap(), "no macro");
    }

    #[test]
    fn wrong_macros_are_named() {
        let error = |text: &str| expand_macros("user.sql", text).unwrap_err().to_string();
        assert_eq!(error("{{mean(a)}}"), "user.sql: macro {{mean(a)}}… is unknown; there is div_floor(a, b)");
        assert!(error("SELECT {{div_floor(a, 2)").contains("is not closed by }}"));
        for text in
            ["{{div_floor(a)}}", "{{div_floor(a, b, c)}}", "{{div_floor(a, )}}", "{{div_floor(a), (b)}}"]
        {
            assert!(error(text).contains("must have two arguments"), "{text}");
        }
        let nested =
            |depth: usize| (0..depth).fold("a".to_owned(), |text, _| format!("{{{{div_floor({text}, 2)}}}}"));
        assert!(expand_macros("f", &nested(MACRO_DEPTH_MAX)).is_ok());
        assert!(error(&nested(MACRO_DEPTH_MAX + 1)).contains("stands in more than 8 others"));
    }
}
