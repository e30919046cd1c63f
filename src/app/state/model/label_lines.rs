//! Names of classes from lines of text: a plain list, a numbered one, or CSV.

/// Above a column of names.
const HEADERS: [&str; 8] = [
    "name",
    "names",
    "label",
    "labels",
    "class",
    "classes",
    "class_name",
    "category",
];

/// One name a line. Empty lines, a header, quotes, the class's number beside the name and
/// WordNet's before it are left out. A first line that could be a name is a header unless there
/// are `wanted` names with it.
pub fn read(text: &str, wanted: usize) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut names: Vec<&str> = lines.collect();
    let numbered = numbered(&names, number_before).or_else(|| numbered(&names, number_behind));
    names = numbered.unwrap_or(names);
    names = each(&names, after_wordnet).unwrap_or(names);
    if names.len() != wanted && names.first().is_some_and(|name| is_header(name)) {
        names.remove(0);
    }
    names.into_iter().map(unquoted).collect()
}

/// What `split` makes of each line, or of each but the first, which then is a header.
fn each<'a, T>(lines: &[&'a str], split: fn(&'a str) -> Option<T>) -> Option<Vec<T>> {
    let all = |lines: &[&'a str]| -> Option<Vec<T>> { lines.iter().copied().map(split).collect() };
    all(lines).or_else(|| all(lines.get(1..).filter(|lines| !lines.is_empty())?))
}

/// The names by their numbers, if these are 0, 1, 2 … or 1, 2, 3 …
fn numbered<'a>(
    lines: &[&'a str],
    split: fn(&'a str) -> Option<(usize, &'a str)>,
) -> Option<Vec<&'a str>> {
    let mut pairs = each(lines, split)?;
    pairs.sort_unstable();
    let first = pairs.first()?.0;
    let is_complete = pairs
        .iter()
        .enumerate()
        .all(|(place, pair)| pair.0 == first + place);
    // "1 door", "2 doors" are names.
    let is_told_apart = pairs.len() == 1 || pairs.windows(2).any(|two| two[0].1 != two[1].1);
    let names = pairs.into_iter().map(|pair| pair.1).collect();
    (first <= 1 && is_complete && is_told_apart).then_some(names)
}

/// "0 cat", "0,cat", "0: cat"
fn number_before(line: &str) -> Option<(usize, &str)> {
    let rest = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let number = line.strip_suffix(rest)?.parse().ok()?;
    let name =
        rest.trim_start_matches(|letter: char| letter.is_whitespace() || ",;:.)|".contains(letter));
    // "0.5 mm" is a name.
    let is_fraction = rest.starts_with('.') && name.starts_with(|l: char| l.is_ascii_digit());
    let is_split = !name.is_empty() && name.len() < rest.len() && !is_fraction;
    is_split.then_some((number, name))
}

/// "cat,0"
fn number_behind(line: &str) -> Option<(usize, &str)> {
    let (name, number) = line.rsplit_once([',', ';', '\t'])?;
    Some((number.trim().parse().ok()?, name.trim()))
}

/// "n01440764 tench"
fn after_wordnet(line: &str) -> Option<&str> {
    let (number, name) = line.split_once([' ', '\t', ',', ';'])?;
    is_wordnet(number).then(|| name.trim())
}

/// "n01440764"
pub fn is_wordnet(text: &str) -> bool {
    let digits = text.strip_prefix('n').unwrap_or_default();
    digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_header(line: &str) -> bool {
    HEADERS
        .iter()
        .any(|header| unquoted(line).eq_ignore_ascii_case(header))
}

fn unquoted(name: &str) -> String {
    let inner = name
        .strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'));
    inner.map_or_else(|| name.to_owned(), |name| name.replace("\"\"", "\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_headers_and_quotes_are_left_out() {
        let forms = [
            "cat\ndog",
            "name\ncat\ndog",
            "0 cat\n1 dog",
            "1: dog\n0: cat",
            "1. cat\n2. dog",
            "0,cat\n1,dog",
            "index,label\n0,cat\n1,dog",
            "id;name\r\n0;\"cat\"\r\n1;\"dog\"\r\n",
            "label,id\ndog,1\ncat,0",
            "0,n02123045,cat\n1,n02084071,dog",
            "wnid,name\nn02123045,cat\nn02084071,dog",
            "0\tcat\n1\tdog",
        ];
        for form in forms {
            assert_eq!(read(form, 2), ["cat", "dog"], "{form}");
        }
        let shark = "0,\"shark, white\"\n1,\"a \"\"b\"\"\"";
        assert_eq!(read(shark, 2), ["shark, white", "a \"b\""]);
    }

    #[test]
    fn names_with_numbers_in_them_stay() {
        let lists: [&[&str]; 6] = [
            &["0", "1", "2"],
            &["class 0", "class 1"],
            &["1 euro", "2 euro"],
            &["0.5 mm", "1.5 mm"],
            &["3 musketeers", "7 up"],
            &["label", "cat"],
        ];
        for list in lists {
            assert_eq!(read(&list.join("\n"), list.len()), list);
        }
    }
}
