//! Who may do what: roles, and the one place where they are asked for.

use super::Error;
use crate::base::PersonId;

pub use crate::law::forms::Role;

/// Reads a comma-separated list of roles; unknown words are dropped, since they grant nothing.
pub fn parse_roles(text: &str) -> Vec<Role> {
    let known = |word: &str| Role::ALL.into_iter().find(|role| role.name() == word);
    text.split(',').filter_map(|word| known(word.trim())).collect()
}

/// The person behind a request, as the session proved.
#[derive(Clone, Debug)]
pub struct Who {
    /// Person id.
    pub person: PersonId,
    /// The person's agency.
    pub agency: String,
    /// Name for the page's band.
    pub name: String,
    /// Roles held.
    pub roles: Vec<Role>,
    /// The session's CSRF token.
    pub csrf: String,
}

impl Who {
    /// Whether the person holds `role`.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether the person holds any of `roles`.
    pub fn is_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.is(*role))
    }

    /// Lets a person with one of `roles` pass.
    ///
    /// # Errors
    /// `Forbidden` with `what`, the Chinese name of the act.
    pub fn require(&self, roles: &[Role], what: &'static str) -> Result<(), Error> {
        if self.is_any(roles) { Ok(()) } else { Err(Error::Forbidden(what)) }
    }

    /// Lets a person see into the cases of `agency`: its own people other than bare administrators,
    /// and supervisors. Others learn nothing, not even that the case exists.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn require_sight(&self, agency: &str) -> Result<(), Error> {
        let inside = self.agency == agency
            && self.is_any(&[Role::Officer, Role::Head, Role::Reviewer, Role::Clerk]);
        if inside || self.is(Role::Supervisor) { Ok(()) } else { Err(Error::NotFound("案件")) }
    }
}
