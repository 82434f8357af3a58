//! The values of a pipeline's placeholders.

use super::{Place, Values};
use crate::{Document, Kind, demand, layers};

/// All placeholders of a document in this account: the pipeline's own, each role by its id (`role_glue`), all roles that are
/// demanded (`role`), those of them with an instance profile (`profile_role`), the fixed names of services (`service_role`),
/// and what the layers add.
#[must_use]
pub fn values(document: &Document, place: &Place) -> Values {
    let pipeline = &document.pipeline;
    let Place { partition, account, region, .. } = place;
    let own = [
        ("partition", partition),
        ("account", account),
        ("region", region),
        ("pipeline", &pipeline.name),
        ("env", &pipeline.env),
        ("bucket", &pipeline.bucket(account, region)),
    ];
    let mut values: Values = own.into_iter().map(|(name, value)| (name.to_owned(), vec![value.clone()])).collect();
    let physical = |id: &str| pipeline.physical(Kind::Role, id, account, region);
    for layer in layers::ALL {
        values.extend((layer.values)(document, place).into_iter().map(|(name, all)| (name.to_owned(), all)));
        for role in (layer.roles)(pipeline) {
            values.insert(format!("role_{}", role.id), vec![physical(&role.id)]);
        }
    }
    let roles = demand::roles(pipeline);
    let profiles = roles.iter().filter(|role| role.instance_profile);
    values.insert("profile_role".into(), profiles.map(|role| physical(&role.id)).collect());
    values.insert("role".into(), roles.iter().map(|role| physical(&role.id)).collect());
    let fixed = demand::service_roles(pipeline).into_iter().map(|role| role.name.into_owned());
    values.insert("service_role".into(), fixed.collect());
    values
}
