//! Signals from text: CSV with a column or a row for each channel.

use ndarray::Array4;

use super::session_error::SessionError;

/// How far a file is shown in a message.
const MAX_CELL_CHARS: usize = 20;

/// An input tensor [1, C, 1, T] from text with numbers: a row for each sample and a column for
/// each channel, or a row for each channel. Between them are commas, semicolons, tabs or spaces.
/// A first row of names (its first cell is no number) is left out, and so is a first column that counts the samples or tells
/// their time, where there is one column more than channels.
///
/// # Errors
/// [`SessionError::Tensor`] for text in the place of a number, rows of different lengths, or
/// other sizes than the network takes.
pub fn read_signal(
    bytes: &[u8],
    name: &str,
    wanted: &[usize],
) -> Result<Array4<f32>, SessionError> {
    let wrong = SessionError::no_tensor(name, wanted);
    let &[1, channels, 1, samples] = wanted else {
        return Err(wrong("the model takes no signal".into()));
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(wrong("it is no text".into()));
    };
    let rows = rows(text, channels.max(samples)).map_err(wrong)?;
    let columns = rows.first().map_or(0, Vec::len);
    let skipped = usize::from(columns == channels + 1 && rows.len() == samples && is_rising(&rows));
    let at: &dyn Fn(usize, usize) -> f32 = match (rows.len(), columns - skipped.min(columns)) {
        (count, width) if (count, width) == (samples, channels) => {
            &|channel, sample| rows[sample][channel + skipped]
        }
        (count, width) if (count, width) == (channels, samples) => {
            &|channel, sample| rows[channel][sample]
        }
        (count, width) => {
            return Err(wrong(format!(
                "it has {count} rows of {width} numbers; {channels} channels of {samples} samples are \
                 {samples} rows of {channels}"
            )));
        }
    };
    Ok(Array4::from_shape_fn(
        (1, channels, 1, samples),
        |(_, channel, _, sample)| at(channel, sample),
    ))
}

/// The numbers of each row, a first row of names left out; as many rows at most as could be
/// wanted, and one.
fn rows(text: &str, most: usize) -> Result<Vec<Vec<f32>>, String> {
    let mut rows: Vec<Vec<f32>> = Vec::new();
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate();
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let row: Result<Vec<f32>, &str> = cells(line)
            .map(|cell| number_of(cell).ok_or(cell))
            .collect();
        let row = match row {
            Ok(row) => row,
            Err(_) if number == 0 && is_of_names(line) => continue,
            Err(cell) => {
                let cell: String = cell.chars().take(MAX_CELL_CHARS).collect();
                return Err(format!("“{cell}” in line {} is no number", number + 1));
            }
        };
        if let Some(first) = rows.first().filter(|first| first.len() != row.len()) {
            let (line, found, wanted) = (number + 1, row.len(), first.len());
            return Err(format!(
                "line {line} has {found} numbers and those before {wanted}"
            ));
        }
        rows.push(row);
        if rows.len() > most {
            return Err(format!("it has more than {most} rows"));
        }
    }
    if rows.is_empty() {
        return Err("no numbers are in it".into());
    }
    Ok(rows)
}

fn cells(line: &str) -> impl Iterator<Item = &str> {
    let separators = [',', ';', '\t'];
    let separator = separators.into_iter().find(|sign| line.contains(*sign));
    let is_between = move |sign: char| match separator {
        Some(separator) => sign == separator,
        None => sign.is_whitespace(),
    };
    let cells = line.trim().split(is_between).map(str::trim);
    cells.filter(move |cell| separator.is_some() || !cell.is_empty())
}

/// Whether a row is one of names: its first cell is no number, not even one that is none.
fn is_of_names(line: &str) -> bool {
    cells(line)
        .next()
        .is_some_and(|cell| cell.trim_matches('"').parse::<f32>().is_err())
}

fn number_of(cell: &str) -> Option<f32> {
    let value: f32 = cell.trim_matches('"').parse().ok()?;
    value.is_finite().then_some(value)
}

fn is_rising(rows: &[Vec<f32>]) -> bool {
    rows.windows(2)
        .all(|pair| pair[0].first() < pair[1].first())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: [usize; 4] = [1, 2, 1, 3];

    fn read(text: &str) -> Result<Vec<f32>, String> {
        let read = read_signal(text.as_bytes(), "ecg.csv", &WANTED);
        read.map(|tensor| tensor.iter().copied().collect())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn channels_are_columns_or_rows() {
        let wanted = vec![1.0, 2.0, 3.0, -1.0, -2.0, -3.0];
        for text in [
            "1,-1\n2,-2\n3,-3\n",
            "\u{feff}I;II\r\n1;-1\r\n2;-2\r\n3;-3\r\n",
            "1 2 3\n-1  -2 -3",
            "time\tI\tII\n0\t1\t-1\n0.5\t2\t-2\n1\t3\t-3",
            "\"1\",\"-1\"\n2,-2\n\n3,-3",
        ] {
            assert_eq!(read(text), Ok(wanted.clone()), "{text}");
        }
    }

    #[test]
    fn what_is_no_signal_is_refused_with_its_place() {
        for (text, words) in [
            ("1,-1\n2,old\n3,-3", "“old” in line 2"),
            ("1,-1\n2\n3,-3", "line 2 has 1 numbers and those before 2"),
            ("1,-1\n2,-2\n3,-3\n4,-4", "more than 3 rows"),
            ("1,-1\n2,-2", "2 rows of 2 numbers"),
            ("1,nan\n2,-2\n3,-3", "“nan” in line 1"),
            ("nan,1\n2,-2\n3,-3", "“nan” in line 1"),
            ("a,b\n1,-1\n2,inf\n3,-3", "“inf” in line 3"),
            ("", "no numbers"),
        ] {
            let said = read(text).unwrap_err();
            assert!(said.contains(words), "{said}");
        }
        assert!(read_signal(&[0xff, 0xfe, 0], "a.csv", &WANTED).is_err());
        assert!(read_signal(b"1", "a.csv", &[1, 3, 8, 8]).is_err());
    }
}
