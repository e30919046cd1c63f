//! Damage to the bytes of any file.

use super::random::Random;

/// Changes, cuts or repeats bytes of a file, or puts some of another one in.
pub fn damage_bytes(file: &mut Vec<u8>, files: &[Vec<u8>], random: &mut Random) {
    if file.is_empty() {
        return;
    }
    let place = random.below(file.len());
    let end = (place + random.below(64)).min(file.len());
    match random.below(6) {
        0 | 1 => file[place] ^= 1 << random.below(8),
        2 => file[place] = random.next() as u8,
        3 => file.truncate(place),
        4 => {
            let chunk = file[place..end].to_vec();
            file.splice(place..place, chunk);
        }
        _ => {
            let donor = random.one_of(files).cloned().unwrap_or_default();
            let from = random.below(donor.len());
            let to = (from + random.below(64)).min(donor.len());
            file.splice(place..end, donor[from..to].iter().copied());
        }
    }
}
