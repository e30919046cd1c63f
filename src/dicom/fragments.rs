//! The compressed bytes of the first frame, which stand in items behind each other (part 5,
//! annex A.4).

use std::borrow::Cow;

use super::error::Problem;

/// How an item begins, and the mark behind the last.
const ITEM: [u8; 4] = [0xfe, 0xff, 0x00, 0xe0];
const END: [u8; 4] = [0xfe, 0xff, 0xdd, 0xe0];

/// How the compressed pictures of a frame begin: JPEG and JPEG-LS, JPEG 2000.
const STARTS: [&[u8]; 2] = [&[0xff, 0xd8], &[0xff, 0x4f]];

/// The bytes of the first of `frames` frames.
///
/// # Errors
/// [`Problem::Damaged`] if the items end before.
pub fn first_frame(items: &[u8], frames: u32) -> Result<Cow<'_, [u8]>, Problem> {
    let (table, fragments) = split(items)?;
    let Some((first, rest)) = fragments.split_first() else {
        return Err(Problem::Damaged("it holds no compressed pixels"));
    };
    let count = if frames <= 1 {
        fragments.len()
    } else {
        second_frame(table, &fragments)
            .unwrap_or_else(|| 1 + rest.iter().take_while(|next| !is_start(next)).count())
    };
    let is_single = frames as usize == fragments.len() || count <= 1;
    if is_single {
        return Ok(Cow::Borrowed(first));
    }
    Ok(fragments[..count].concat().into())
}

/// How many fragments the first frame has, by the table of where frames begin.
fn second_frame(table: &[u8], fragments: &[&[u8]]) -> Option<usize> {
    let starts = table.as_chunks::<4>().0;
    let second = u32::from_le_bytes(*starts.get(1)?) as usize;
    let mut place = 0;
    for (count, fragment) in fragments.iter().enumerate() {
        if place >= second && count > 0 {
            return (place == second).then_some(count);
        }
        place += fragment.len() + ITEM.len() + 4;
    }
    None
}

/// Whether a frame begins. Run lengths begin with the number of their segments, 1 to 15.
fn is_start(fragment: &[u8]) -> bool {
    STARTS.iter().any(|start| fragment.starts_with(start))
        || matches!(fragment, [1..=15, 0, 0, 0, 64, 0, 0, 0, ..])
}

/// The table of where frames begin, and the fragments after it.
fn split(items: &[u8]) -> Result<(&[u8], Vec<&[u8]>), Problem> {
    let mut found = Vec::new();
    let mut rest = items;
    while let Some((mark, after)) = rest.split_first_chunk::<4>() {
        if *mark == END {
            break;
        }
        let cut = || Problem::Damaged("it ends in the middle of its pixels");
        let (length, after) = after.split_first_chunk::<4>().ok_or_else(cut)?;
        if *mark != ITEM {
            return Err(Problem::Damaged("its pixels are in no item"));
        }
        let length = u32::from_le_bytes(*length) as usize;
        let (fragment, after) = after.split_at_checked(length).ok_or_else(cut)?;
        found.push(fragment);
        rest = after;
    }
    if found.is_empty() {
        return Err(Problem::Damaged("it ends before its pixels"));
    }
    let fragments = found.split_off(1);
    Ok((found[0], fragments))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(parts: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in parts {
            bytes.extend(ITEM);
            bytes.extend((part.len() as u32).to_le_bytes());
            bytes.extend(*part);
        }
        bytes.extend(END);
        bytes.extend([0; 4]);
        bytes
    }

    #[test]
    fn one_frame_may_be_in_several_parts() {
        let parts = items(&[&[], &[1, 2], &[3, 4]]);
        assert_eq!(&*first_frame(&parts, 1).unwrap(), [1, 2, 3, 4]);
        assert_eq!(&*first_frame(&parts, 2).unwrap(), [1, 2]);
    }

    #[test]
    fn the_first_of_several_frames_ends_where_the_second_begins() {
        let frames: [&[u8]; 3] = [&[0xff, 0xd8, 1, 2], &[3, 4], &[0xff, 0xd8, 5, 6]];
        let [a, b, c] = frames;
        let told = items(&[&[0, 0, 0, 0, 22, 0, 0, 0], a, b, c]);
        assert_eq!(&*first_frame(&told, 2).unwrap(), [0xff, 0xd8, 1, 2, 3, 4]);
        let seen = items(&[&[], a, b, c]);
        assert_eq!(&*first_frame(&seen, 2).unwrap(), [0xff, 0xd8, 1, 2, 3, 4]);
    }

    #[test]
    fn items_that_are_cut_off_are_refused() {
        let parts = items(&[&[], &[1, 2]]);
        for end in [0, 3, 6, 8, 12, 17] {
            assert!(first_frame(&parts[..end], 1).is_err(), "{end}");
        }
    }
}
