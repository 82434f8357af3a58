//! Roles that a layer asks for.

use std::borrow::Cow;

/// A text that is built in, or one that a person wrote.
pub type Text = Cow<'static, str>;

/// A role that an AWS service assumes for a layer. Documents are texts with the placeholders of [`crate::policy::values`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Role {
    /// What the role is called in the document and, by [`crate::Kind::Role`], in AWS. Two layers may demand the same one.
    pub id: Text,
    /// What its files in `policies/roles/` are called. A role of a person's own has none.
    pub file: Text,
    /// What the console shows.
    pub description: Text,
    /// Who may assume it; several documents become one, statement after statement.
    pub trust: Vec<Text>,
    /// What it may do, as an inline policy; several become one, statement after statement.
    pub permissions: Vec<Text>,
    /// Managed policies: AWS's own by their path and name, such as `service-role/AWSGlueServiceRole`, others by their ARN.
    pub managed: Vec<Text>,
    /// Whether machines of EC2 get it, through an instance profile of the same name.
    pub instance_profile: bool,
}

/// A role whose name an AWS service fixes, one for all of an account: created where it is missing, and never changed or
/// deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceRole {
    /// The fixed name: `dms-vpc-role`.
    pub name: Text,
    /// The service that may assume it: `dms.amazonaws.com`.
    pub service: Text,
    /// Managed policies that it needs, named as those of a [`Role`].
    pub managed: Vec<Text>,
}
