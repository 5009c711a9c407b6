//! The test picture: colour bars that move and a few letters drawn dot by dot.

/// Bars' colours, red, green, blue.
const COLOURS: [[u8; 3]; 6] =
    [[52, 101, 164], [78, 154, 6], [196, 160, 0], [206, 92, 0], [117, 80, 123], [85, 87, 83]];
/// Letters five dots wide and seven high, a row a number, its highest of five bits at the left.
const LETTERS: [(char, [u8; 7]); 16] = [
    ('0', [14, 17, 19, 21, 25, 17, 14]),
    ('1', [4, 12, 4, 4, 4, 4, 14]),
    ('2', [14, 17, 1, 2, 4, 8, 31]),
    ('3', [31, 2, 4, 2, 1, 17, 14]),
    ('4', [2, 6, 10, 18, 31, 2, 2]),
    ('5', [31, 16, 30, 1, 1, 17, 14]),
    ('6', [6, 8, 16, 30, 17, 17, 14]),
    ('7', [31, 1, 2, 4, 8, 8, 8]),
    ('8', [14, 17, 17, 14, 17, 17, 14]),
    ('9', [14, 17, 17, 15, 1, 2, 12]),
    (':', [0, 4, 4, 0, 4, 4, 0]),
    ('D', [30, 17, 17, 17, 17, 17, 30]),
    ('E', [31, 16, 16, 30, 16, 16, 31]),
    ('F', [31, 16, 16, 30, 16, 16, 16]),
    ('M', [17, 27, 21, 21, 17, 17, 17]),
    ('O', [14, 17, 17, 17, 17, 17, 14]),
];

/// A picture in red, green and blue, a byte each.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

impl Canvas {
    /// Vertical bars, moved to the left by `shift` dots; the seed chooses which colour comes first.
    pub(super) fn bars(width: usize, height: usize, seed: u64, shift: usize) -> Self {
        let bar = (width / COLOURS.len()).max(1);
        let first = (seed % COLOURS.len() as u64) as usize;
        let line: Vec<u8> =
            (0..width).flat_map(|x| COLOURS[((x + shift) / bar + first) % COLOURS.len()]).collect();
        Canvas { width, height, rgb: line.repeat(height) }
    }

    /// Writes white letters on a dark ground, each dot `size` wide; what does not fit is left out.
    pub(super) fn write(&mut self, left: usize, top: usize, size: usize, text: &str) {
        let wide = text.chars().count() * 6 * size;
        self.fill(left.saturating_sub(size), top.saturating_sub(size), wide + size, 9 * size, 16);
        for (n, letter) in text.chars().enumerate() {
            let rows =
                LETTERS.iter().find(|(known, _)| *known == letter).map_or([0; 7], |(_, r)| *r);
            for (y, row) in rows.into_iter().enumerate() {
                for x in (0..5).filter(|x| row >> (4 - x) & 1 == 1) {
                    self.fill(left + (n * 6 + x) * size, top + y * size, size, size, 235);
                }
            }
        }
    }

    fn fill(&mut self, left: usize, top: usize, wide: usize, high: usize, grey: u8) {
        let right = (left + wide).min(self.width);
        for y in top..(top + high).min(self.height) {
            if left < right {
                self.rgb[(y * self.width + left) * 3..(y * self.width + right) * 3].fill(grey);
            }
        }
    }

    /// The dots, row by row.
    pub(super) fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// Brightness for every dot and two colour differences for every four (BT.601, full range, 4:2:0).
    pub(super) fn into_ycbcr(self) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
        let weigh = |dot: &[u8], weights: [f32; 3], zero: f32| {
            let sum: f32 =
                dot.iter().zip(weights).map(|(part, weight)| f32::from(*part) * weight).sum();
            (sum + zero).round() as u8
        };
        let y =
            self.rgb.chunks_exact(3).map(|dot| weigh(dot, [0.299, 0.587, 0.114], 0.0)).collect();
        let (mut cb, mut cr) = (Vec::new(), Vec::new());
        for row in (0..self.height).step_by(2) {
            for column in (0..self.width).step_by(2) {
                let dot = &self.rgb[(row * self.width + column) * 3..][..3];
                cb.push(weigh(dot, [-0.168_736, -0.331_264, 0.5], 128.0));
                cr.push(weigh(dot, [0.5, -0.418_688, -0.081_312], 128.0));
            }
        }
        (y, cb, cr)
    }
}
