//! Sizes and addresses as the office's pages write them.

use crate::desk::look_up::case_file::ClockView;

/// Bytes in words, in steps of 1024, as the upload list counts them.
pub fn size(bytes: &u64) -> String {
    if *bytes < 1024 {
        return format!("{bytes} 字节");
    }
    let mut rest = *bytes;
    for unit in ["KB", "MB", "GB", "TB"] {
        // One decimal below ten, by integers alone.
        let tenths = rest.saturating_mul(10) / 1024;
        if tenths < 100 {
            return format!("{}.{} {unit}", tenths / 10, tenths % 10);
        }
        rest /= 1024;
        if rest < 1024 {
            return format!("{rest} {unit}");
        }
    }
    format!("{rest} PB")
}

/// How many of the clocks have been met, in time or late.
pub fn met(clocks: &[ClockView]) -> usize {
    clocks.iter().filter(|clock| clock.state.starts_with("met")).count()
}

/// Address of an exhibit's thumbnail, empty when there is none.
pub fn poster(id: &str, has: &bool) -> String {
    if *has { format!("/office/exhibits/{id}/poster") } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_like_those_of_the_upload_list() {
        let words = [(0, "0 字节"), (1023, "1023 字节"), (1024, "1.0 KB"), (10_240, "10 KB")];
        for (bytes, said) in words {
            assert_eq!(size(&bytes), said);
        }
        assert_eq!(size(&(3 * 1024 * 1024 / 2)), "1.5 MB");
        assert_eq!(size(&(700 << 30)), "700 GB");
    }
}
