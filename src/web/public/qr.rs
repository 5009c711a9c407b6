//! An address as a QR code for paper: one SVG path on a square of modules.

use qrcode::{Color, QrCode};
use std::fmt::Write as _;

/// Light modules around the code (ISO/IEC 18004 asks for four).
const MARGIN: usize = 4;

/// What a template needs to draw it.
pub struct Qr {
    /// Modules along a side, margin included.
    pub side: usize,
    /// The dark modules as the `d` of an SVG path.
    pub path: String,
}

impl Qr {
    /// The code of `text`; none when it is longer than a code holds.
    pub fn of(text: &str) -> Option<Qr> {
        let code = QrCode::new(text.as_bytes()).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (at, color) in code.to_colors().into_iter().enumerate() {
            if color == Color::Dark {
                let (x, y) = (at % width + MARGIN, at / width + MARGIN);
                let _ = write!(path, "M{x} {y}h1v1h-1z");
            }
        }
        Some(Qr { side: width + 2 * MARGIN, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_finders_and_a_margin() {
        let qr = Qr::of("https://zf.example.gov.cn/disclosures/2026-0000001").unwrap();
        let far = qr.side - MARGIN - 1;
        for (x, y) in [(4, 4), (far, 4), (4, far)] {
            assert!(qr.path.contains(&format!("M{x} {y}h1v1h-1z")), "{x} {y}");
        }
        assert!(!qr.path.contains("M3 ") && !qr.path.contains(&format!("M{} ", far + 1)));
        assert!(Qr::of(&"x".repeat(5000)).is_none());
    }
}
