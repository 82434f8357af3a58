//! The tokens that `CreateCliToken` and `CreateWebLoginToken` hand out.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a token is good, as AWS has it.
const LIFE: Duration = Duration::from_secs(60);

/// What a token is for. One for a command line opens no browser session, and the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Command lines.
    Cli,
    /// One login.
    Web,
}

struct Given {
    purpose: Purpose,
    /// The id of the environment that it is for.
    environment: String,
    until: Instant,
}

/// All tokens that are still good.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<HashMap<String, Given>>);

impl Tokens {
    /// A new one.
    pub(crate) fn give(&self, purpose: Purpose, environment: &str) -> String {
        let token = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        all.retain(|_, given| given.until > now);
        all.insert(token.clone(), Given { purpose, environment: environment.to_string(), until: now + LIFE });
        token
    }

    /// Whether it is good for this; a login takes it away.
    pub(crate) fn take(&self, token: &str, purpose: Purpose, environment: &str) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let good = all.get(token).is_some_and(|given| {
            given.purpose == purpose && given.environment == environment && given.until > Instant::now()
        });
        if good && purpose == Purpose::Web {
            all.remove(token);
        }
        good
    }
}

#[cfg(test)]
mod tests {
    use super::{Purpose, Tokens};

    #[test]
    fn a_token_is_good_for_one_thing() {
        let tokens = Tokens::default();
        let web = tokens.give(Purpose::Web, "a");
        assert!(!tokens.take(&web, Purpose::Cli, "a") && !tokens.take(&web, Purpose::Web, "b"));
        assert!(tokens.take(&web, Purpose::Web, "a") && !tokens.take(&web, Purpose::Web, "a"));
        let cli = tokens.give(Purpose::Cli, "a");
        assert!(tokens.take(&cli, Purpose::Cli, "a") && tokens.take(&cli, Purpose::Cli, "a"));
    }
}
