//! Every table once, in types both engines share: Text, BigInt, Integer, Bool, Binary; never anything else.

diesel::table! {
    /// Rows of `settings`; the migrations say what each column holds.
    settings (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    /// Rows of `agencies`; the migrations say what each column holds.
    agencies (id) {
        id -> Text,
        code -> Text,
        name -> Text,
        short_name -> Text,
        parent_id -> Nullable<Text>,
        region -> Text,
        pack -> Text,
        address -> Text,
        phone -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// Rows of `people`; the migrations say what each column holds.
    people (id) {
        id -> Text,
        agency_id -> Text,
        login -> Text,
        name -> Text,
        roles -> Text,
        password_hash -> Text,
        certificate -> Text,
        certificate_from -> Text,
        certificate_until -> Text,
        qualification -> Text,
        active -> Bool,
        created_at -> BigInt,
    }
}

diesel::table! {
    /// Rows of `sessions`; the migrations say what each column holds.
    sessions (token_digest) {
        token_digest -> Text,
        person_id -> Text,
        csrf -> Text,
        created_at -> BigInt,
        seen_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    /// Rows of `keys`; the migrations say what each column holds.
    keys (id) {
        id -> Text,
        person_id -> Nullable<Text>,
        public_key -> Binary,
        custody -> Text,
        sealed_secret -> Nullable<Binary>,
        registered_at -> BigInt,
        registered_leaf -> BigInt,
        revoked_at -> Nullable<BigInt>,
        revoked_leaf -> Nullable<BigInt>,
    }
}

diesel::table! {
    /// Rows of `items`; the migrations say what each column holds.
    items (code) {
        code -> Text,
        agency_id -> Text,
        act_kind -> Text,
        name -> Text,
        basis -> Text,
        penalty -> Text,
        field -> Text,
        active -> Bool,
    }
}

diesel::table! {
    /// Rows of `chains`; the migrations say what each column holds.
    chains (id) {
        id -> Text,
        kind -> Text,
        agency_id -> Nullable<Text>,
        length -> BigInt,
        head -> Binary,
        sealing_key -> Nullable<Binary>,
    }
}

diesel::table! {
    /// Rows of `cases`; the migrations say what each column holds.
    cases (id) {
        id -> Text,
        agency_id -> Text,
        number -> Text,
        title -> Text,
        party -> Text,
        act_kind -> Text,
        item_code -> Text,
        stage -> Text,
        state -> Text,
        opened_by -> Text,
        opened_at -> BigInt,
        updated_at -> BigInt,
        closed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    /// Rows of `records`; the migrations say what each column holds.
    records (id) {
        id -> Text,
        chain -> Text,
        seq -> BigInt,
        kind -> Text,
        at -> BigInt,
        person_id -> Nullable<Text>,
        envelope -> Binary,
        envelope_digest -> Text,
        payload_digest -> Text,
        fields -> Nullable<Binary>,
        received_at -> BigInt,
    }
}

diesel::table! {
    /// Rows of `entries`; the migrations say what each column holds.
    entries (leaf) {
        leaf -> BigInt,
        chain -> Text,
        seq -> BigInt,
        prev -> Binary,
        hash -> Binary,
        record_id -> Text,
        received_at -> BigInt,
    }
}

diesel::table! {
    /// Rows of `leaves`; the migrations say what each column holds.
    leaves (idx) {
        idx -> BigInt,
        leaf -> Binary,
        nonce -> Binary,
    }
}

diesel::table! {
    /// Rows of `nodes`; the migrations say what each column holds.
    nodes (level, idx) {
        level -> Integer,
        idx -> BigInt,
        hash -> Binary,
    }
}

diesel::table! {
    /// Rows of `checkpoints`; the migrations say what each column holds.
    checkpoints (size) {
        size -> BigInt,
        root -> Binary,
        sealed_at -> BigInt,
        note -> Text,
    }
}

diesel::table! {
    /// Rows of `drafts`; the migrations say what each column holds.
    drafts (id) {
        id -> Text,
        chain -> Text,
        kind -> Text,
        payload -> Binary,
        fields -> Binary,
        signatures -> Text,
        waiting_for -> Text,
        head -> Binary,
        prepared_by -> Text,
        prepared_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    /// Rows of `uploads`; the migrations say what each column holds.
    uploads (id) {
        id -> Text,
        case_id -> Text,
        person_id -> Text,
        name -> Text,
        metadata -> Text,
        declared_root -> Nullable<Text>,
        length -> BigInt,
        received -> BigInt,
        hash_state -> Binary,
        chunks -> Binary,
        generation -> BigInt,
        state -> Text,
        created_at -> BigInt,
        updated_at -> BigInt,
        expires_at -> BigInt,
        exhibit_id -> Nullable<Text>,
    }
}

diesel::table! {
    /// Rows of `exhibits`; the migrations say what each column holds.
    exhibits (id) {
        id -> Text,
        case_id -> Text,
        record_id -> Text,
        name -> Text,
        sha256 -> Text,
        chunk_root -> Text,
        size -> BigInt,
        media_type -> Text,
        duration_ms -> Nullable<BigInt>,
        width -> Nullable<Integer>,
        height -> Nullable<Integer>,
        poster_sha256 -> Nullable<Text>,
        received_by -> Text,
        received_at -> BigInt,
    }
}

diesel::table! {
    /// Rows of `reviews`; the migrations say what each column holds.
    reviews (submission_id) {
        submission_id -> Text,
        case_id -> Text,
        agency_id -> Text,
        round -> Integer,
        submitted_by -> Text,
        submitted_at -> BigInt,
        head -> Binary,
        due -> Text,
        record_id -> Nullable<Text>,
        result -> Nullable<Text>,
        reviewer_id -> Nullable<Text>,
        reviewed_at -> Nullable<BigInt>,
        voided -> Bool,
    }
}

diesel::table! {
    /// Rows of `decisions`; the migrations say what each column holds.
    decisions (record_id) {
        record_id -> Text,
        case_id -> Text,
        agency_id -> Text,
        number -> Text,
        decided_on -> Text,
        outcome -> Text,
        kinds -> Text,
        fine -> BigInt,
        confiscated -> BigInt,
        major -> Bool,
        review_record_id -> Nullable<Text>,
        disclosed_by -> Nullable<Text>,
    }
}

diesel::table! {
    /// Rows of `clocks`; the migrations say what each column holds.
    clocks (id) {
        id -> Text,
        case_id -> Text,
        agency_id -> Text,
        rule -> Text,
        start_on -> Text,
        due -> Text,
        provisional -> Bool,
        met_on -> Nullable<Text>,
    }
}

diesel::table! {
    /// Rows of `disclosures`; the migrations say what each column holds.
    disclosures (id) {
        id -> Text,
        number -> Text,
        agency_id -> Text,
        case_id -> Nullable<Text>,
        act_kind -> Text,
        document_number -> Text,
        title -> Text,
        party -> Text,
        party_code -> Text,
        kinds -> Text,
        fine -> Nullable<BigInt>,
        decided_on -> Text,
        published_at -> BigInt,
        due -> Text,
        show_until -> Nullable<Text>,
        state -> Text,
        reason -> Text,
        releases -> Integer,
        record_id -> Text,
        content -> Text,
        source_key -> Nullable<Text>,
    }
}

diesel::table! {
    /// Rows of `releases`; the migrations say what each column holds.
    releases (disclosure_id, version) {
        disclosure_id -> Text,
        version -> Integer,
        record_id -> Text,
        kind -> Text,
        reason -> Text,
        content -> Text,
        released_at -> BigInt,
    }
}

diesel::table! {
    /// Rows of `jobs`; the migrations say what each column holds.
    jobs (id) {
        id -> Text,
        kind -> Text,
        subject -> Text,
        due_at -> BigInt,
        attempts -> Integer,
        state -> Text,
        detail -> Text,
    }
}

diesel::table! {
    /// Rows of `disclosure_texts`, without the column only PostgreSQL has.
    disclosure_texts (doc) {
        doc -> BigInt,
        disclosure_id -> Text,
        body -> Text,
    }
}

diesel::table! {
    /// Rows of `witnesses`; the migrations say what each column holds.
    witnesses (key) {
        key -> Text,
        size -> BigInt,
        cosigned_at -> Nullable<BigInt>,
        fault -> Text,
    }
}

diesel::table! {
    /// Rows of `cosignatures`; the migrations say what each column holds.
    cosignatures (size, witness, time) {
        size -> BigInt,
        witness -> Text,
        time -> BigInt,
        line -> Text,
    }
}

diesel::table! {
    /// Rows of `authorities`; the migrations say what each column holds.
    authorities (name) {
        name -> Text,
        asked_at -> BigInt,
        stamped_at -> Nullable<BigInt>,
        size -> BigInt,
        fault -> Text,
    }
}

diesel::table! {
    /// Rows of `timestamps`; the migrations say what each column holds.
    timestamps (size, authority) {
        size -> BigInt,
        authority -> Text,
        time -> BigInt,
        token -> Binary,
    }
}
