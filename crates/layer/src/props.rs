//! Properties of a kind as a struct. The same struct says what is desired and what is observed, so that the two cannot
//! disagree about a name.

use serde::Serialize;
use std::fmt::Debug;

/// The properties of one kind; [`crate::props!`] makes such a struct.
pub trait Props: Serialize + Clone + Debug + Default + PartialEq + Send + Sync + 'static {
    /// The names of its fields.
    const FIELDS: &'static [&'static str];
    /// Those that AWS cannot change: a difference there means a new resource.
    const FIXED: &'static [&'static str];
}

/// Declares the properties of a kind: first those that AWS cannot change, then those that it can. A field that is
/// `Option` and desired as `None` is not compared; `null` in what is observed means that it is not set.
///
/// ```
/// strata_layer::props! {
///     /// What a subnet is.
///     pub struct Props {
///         fixed {
///             /// Its VPC.
///             vpc_id: strata_layer::Promise,
///         }
///         mutable {
///             /// Whether machines get a public address.
///             public_addresses: bool,
///         }
///     }
/// }
/// ```
#[macro_export]
macro_rules! props {
    (
        $(#[$about:meta])*
        $see:vis struct $name:ident {
            fixed { $($(#[$about_fixed:meta])* $fixed:ident: $fixed_type:ty),* $(,)? }
            mutable { $($(#[$about_mutable:meta])* $mutable:ident: $mutable_type:ty),* $(,)? }
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Default, PartialEq, $crate::Serialize)]
        #[serde(crate = "strata_layer::serde")]
        $see struct $name {
            $($(#[$about_fixed])* $see $fixed: $fixed_type,)*
            $($(#[$about_mutable])* $see $mutable: $mutable_type,)*
        }

        impl $crate::Props for $name {
            const FIELDS: &'static [&'static str] = &[$(stringify!($fixed),)* $(stringify!($mutable),)*];
            const FIXED: &'static [&'static str] = &[$(stringify!($fixed)),*];
        }
    };
}
