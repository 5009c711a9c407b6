//! Ids of the rules the code cites; `config/law/rules.toml` must define every one. Holds no law itself.

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $id:literal;)*) => {
        $($(#[$doc])* pub const $name: &str = $id;)*
        /// All ids above.
        pub const ALL: &[&str] = &[$($id),*];
    };
}

rules! {
    /// 行政处罚法 art. 33: educate when not punishing.
    EDUCATE = "penalty-33";
    /// 行政处罚法 art. 36: limitation period.
    LIMITATION = "penalty-36";
    /// art. 42: two certified officers.
    TWO_OFFICERS = "penalty-42";
    /// art. 44: tell before deciding.
    TELL = "penalty-44";
    /// art. 45: hear, recheck, never heavier for it.
    HEAR = "penalty-45";
    /// art. 46: eight kinds of evidence.
    EVIDENCE = "penalty-46";
    /// art. 47: six stages on record.
    WHOLE_PROCESS = "penalty-47";
    /// art. 48: withdrawal in three working days with reasons.
    WITHDRAW = "penalty-48";
    /// art. 54: file, then investigate.
    FILE = "penalty-54";
    /// art. 55: certificate shown, record made.
    SHOW_CERTIFICATE = "penalty-55";
    /// art. 57: the head decides; leaders decide together when complex or major.
    DISCUSS = "penalty-57";
    /// art. 58: legal review before decision.
    REVIEW = "penalty-58";
    /// art. 58 ¶2: the reviewer's qualification.
    REVIEWER = "penalty-58-2";
    /// art. 59: what a written decision contains.
    DECISION_TEXT = "penalty-59";
    /// art. 60: ninety days.
    DECIDE_IN_TIME = "penalty-60";
    /// art. 61: service in seven working days.
    SERVE = "penalty-61";
    /// art. 62: no decision without notice and hearing the party.
    NO_DECISION_UNHEARD = "penalty-62";
    /// art. 63: right to a hearing.
    HEARING_RIGHT = "penalty-63";
    /// art. 64: how a hearing is held.
    HEARING = "penalty-64";
    /// art. 67: pay in fifteen days.
    PAY = "penalty-67";
    /// art. 72: surcharge never above the fine.
    SURCHARGE = "penalty-72";
    /// 118 item 6: disclosure in seven or twenty working days.
    DISCLOSE = "opinion-118-6";
    /// 118 item 2: what is not published, and masking.
    MASK = "opinion-118-2";
    /// 118 item 12: what is reviewed.
    REVIEW_SCOPE = "opinion-118-12";
    /// 118 item 13: an opinion, and re-submission.
    RESUBMIT = "opinion-118-13";
    /// 市场监管程序规定 art. 49: investigators do not review.
    SEPARATE = "samr-procedure-49";
    /// 市场监管程序规定 art. 55: time for review.
    REVIEW_TIME = "samr-procedure-55";
    /// 市场监管程序规定 art. 77: closing.
    CLOSE = "samr-procedure-77";
    /// 行政复议法 art. 20.
    RECONSIDER = "reconsideration-20";
    /// 行政诉讼法 art. 46.
    SUE = "litigation-46";
    /// House rule: days and order on record must make sense.
    ORDER = "house-order";
}
