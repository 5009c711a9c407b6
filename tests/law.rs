//! The law room from outside: gate, forms, masking and codes. Judges no other room.

#[path = "law/breaches.rs"]
mod breaches;
#[path = "law/codes.rs"]
mod codes;
#[path = "law/forms.rs"]
mod forms;
#[path = "law/gate.rs"]
mod gate;
#[path = "law/late_breaches.rs"]
mod late_breaches;
#[path = "law/masking.rs"]
mod masking;
#[path = "law/page.rs"]
mod page;
#[path = "law/rulebook.rs"]
mod rulebook;
#[path = "law/story.rs"]
mod story;
