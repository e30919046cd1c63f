//! How much memory a network may take in a browser.

/// What WebAssembly can address with 32 bits.
const ADDRESSABLE: u64 = 4 << 30;
/// Browsers name no more than this, whatever the device has.
const MOST_NAMED_GIGABYTES: f64 = 8.0;
/// Of the device's memory, what a page can count on beside the system and other programs.
const PART_OF_DEVICE: f64 = 0.25;
const GIGABYTE: f64 = (1u64 << 30) as f64;

/// Bytes that a network may take, by the browser's `navigator.deviceMemory`; `None` where it has
/// none.
pub fn memory_limit(device_gigabytes: Option<f64>) -> u64 {
    match device_gigabytes {
        Some(gigabytes) if gigabytes > 0.0 && gigabytes < MOST_NAMED_GIGABYTES => {
            (gigabytes * PART_OF_DEVICE * GIGABYTE) as u64
        }
        _ => ADDRESSABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_device_spares_a_quarter_and_a_large_one_is_not_asked() {
        assert_eq!(memory_limit(Some(2.0)), 512 << 20);
        assert_eq!(memory_limit(Some(0.5)), 128 << 20);
        for large_or_unknown in [None, Some(8.0), Some(32.0), Some(0.0), Some(f64::NAN)] {
            assert_eq!(memory_limit(large_or_unknown), 4 << 30);
        }
    }
}
