//! Check digits of the unified social credit code (GB 32100) and the citizen identity number (GB 11643).

/// What is wrong with a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeFault {
    /// Not 18 characters.
    #[error("应为18位")]
    Length,
    /// A character the standard does not use, or not where it stands.
    #[error("含有不应出现的字符")]
    Character,
    /// The date of birth does not exist.
    #[error("出生日期不存在")]
    Date,
    /// The region does not exist.
    #[error("地区码不存在")]
    Region,
    /// The last character does not follow from the others.
    #[error("校验码不符")]
    CheckDigit,
}

/// The code in its one spelling (half-width, upper case, no spaces) when its check digit is right.
///
/// # Errors
/// What is wrong with it.
pub fn credit_code(text: &str) -> Result<String, CodeFault> {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let code = normal(text);
    let bytes = code.as_bytes();
    if bytes.len() != 18 || code.chars().count() != 18 {
        return Err(CodeFault::Length);
    }
    let registrar = b"123456789ANY".contains(&bytes[0]);
    if !registrar || !bytes[2..8].iter().all(u8::is_ascii_digit) {
        return Err(CodeFault::Character);
    }
    let mut sum = 0;
    let mut weight = 1;
    for byte in &bytes[..17] {
        let value = ALPHABET.iter().position(|b| b == byte).ok_or(CodeFault::Character)?;
        sum += value * weight;
        // Weights are the powers of 3 modulo 31 (GB 32100-2015, 4.2).
        weight = weight * 3 % 31;
    }
    let check = ALPHABET[(31 - sum % 31) % 31];
    match bytes[17] == check {
        true => Ok(code),
        false if ALPHABET.contains(&bytes[17]) => Err(CodeFault::CheckDigit),
        false => Err(CodeFault::Character),
    }
}

/// The 18-digit identity number in its one spelling when region, date and check digit are right.
///
/// # Errors
/// What is wrong with it.
pub fn identity_number(text: &str) -> Result<String, CodeFault> {
    let number = normal(text);
    let bytes = number.as_bytes();
    if bytes.len() != 18 || number.chars().count() != 18 {
        return Err(CodeFault::Length);
    }
    if !bytes[..17].iter().all(u8::is_ascii_digit) {
        return Err(CodeFault::Character);
    }
    if !PROVINCES.contains(&&bytes[..2]) {
        return Err(CodeFault::Region);
    }
    let part = |from: usize, to: usize| number[from..to].parse::<i16>().unwrap_or(0);
    let small = |from: usize, to: usize| number[from..to].parse::<i8>().unwrap_or(0);
    if crate::base::Day::new(part(6, 10), small(10, 12), small(12, 14)).is_err() {
        return Err(CodeFault::Date);
    }
    match bytes[17] == identity_check(&bytes[..17]) {
        true => Ok(number),
        false => Err(CodeFault::CheckDigit),
    }
}

/// ISO 7064 MOD 11-2 over 17 ASCII digits (GB 11643-1999).
fn identity_check(digits: &[u8]) -> u8 {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
    b"10X98765432"[(sum % 11) as usize]
}

const PROVINCES: &[&[u8]] = &[
    b"11", b"12", b"13", b"14", b"15", b"21", b"22", b"23", b"31", b"32", b"33", b"34", b"35",
    b"36", b"37", b"41", b"42", b"43", b"44", b"45", b"46", b"50", b"51", b"52", b"53", b"54",
    b"61", b"62", b"63", b"64", b"65", b"71", b"81", b"82", b"83",
];

/// Full-width forms to ASCII, white space out, upper case.
fn normal(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    let folded = text.nfkc().filter(|c| !c.is_whitespace());
    folded.map(|c| c.to_ascii_uppercase()).collect()
}
