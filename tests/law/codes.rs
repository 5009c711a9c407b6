//! Check digits against published vectors and against the shared ones when they are present.

use zhijian::law::credit_code::{CodeFault, credit_code, identity_number};

#[test]
fn known_codes() {
    assert_eq!(credit_code("91110000600037341L").as_deref(), Ok("91110000600037341L"));
    assert_eq!(credit_code("91 110000 600037341l").as_deref(), Ok("91110000600037341L"));
    assert_eq!(credit_code("91110000600037341N"), Err(CodeFault::CheckDigit));
    assert_eq!(credit_code("9111000060003IOZSV"), Err(CodeFault::Character));
    assert_eq!(credit_code("12345"), Err(CodeFault::Length));
    assert_eq!(identity_number("44011320141005001x").as_deref(), Ok("44011320141005001X"));
    assert_eq!(identity_number("360426199113010079"), Err(CodeFault::Date));
    assert_eq!(identity_number("36042619910102009X"), Err(CodeFault::CheckDigit));
    assert_eq!(identity_number("T60426199101010078"), Err(CodeFault::Character));
    assert_eq!(identity_number("990426199101010071"), Err(CodeFault::Region));
}

fn shared(name: &str, check: impl Fn(&str) -> Option<String>) {
    let path = format!("{}/../shared/data/codes/{name}", env!("CARGO_MANIFEST_DIR"));
    let Ok(mut rows) = csv::Reader::from_path(&path) else {
        println!("skipped: {name} is not here");
        return;
    };
    for row in rows.records() {
        let row = row.unwrap();
        let (code, expected) = (&row[0], &row[1]);
        let normal = check(code);
        match expected {
            "valid" => assert_eq!(normal.as_deref(), Some(code)),
            "normalise" => {
                let normal = normal.unwrap_or_else(|| panic!("{code} refused"));
                assert_ne!(normal, code);
                assert_eq!(check(&normal).as_deref(), Some(normal.as_str()));
            }
            // A wrong spelling that normalisation cures is valid once cured.
            _ if row[2].contains("lower") || row[2].contains("full-width") => {
                assert_ne!(normal.as_deref(), Some(code));
            }
            _ => assert_eq!(normal, None, "{code}: {}", &row[2]),
        }
    }
}

#[test]
fn shared_vectors() {
    shared("uscc_vectors.csv", |code| credit_code(code).ok());
    shared("ric_vectors.csv", |code| identity_number(code).ok());
}

proptest::proptest! {
    #[test]
    fn no_string_panics(text in ".{0,40}") {
        let _ = (credit_code(&text), identity_number(&text));
    }

    #[test]
    fn one_wrong_digit_is_noticed(at in 8usize..17, add in 1u8..10) {
        let mut code = b"91110000600037341L".to_vec();
        code[at] = b'0' + (code[at] - b'0' + add) % 10;
        proptest::prop_assert!(credit_code(std::str::from_utf8(&code).unwrap()).is_err());
    }
}
