//! The two paths of the API for one resource.
//!
//! Owns the choice between them and its words in a project file. It must not know addresses.

/// Which of the API's two paths a project uses for the settings of a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Route {
    /// `…/client/{id}/client/`
    #[default]
    Client,
    /// `…/client/client_info/{id}/`
    ClientInfo,
}

impl Route {
    /// The words that a project file uses, in the order of the documentation.
    pub const WORDS: [&str; 2] = ["client", "client_info"];

    /// The route that a word of a project file names.
    pub fn find(word: &str) -> Option<Route> {
        match word {
            "client" => Some(Route::Client),
            "client_info" => Some(Route::ClientInfo),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Route;

    #[test]
    fn every_word_names_a_route_of_its_own() {
        assert_eq!(Route::WORDS.map(Route::find), [Some(Route::Client), Some(Route::ClientInfo)]);
        assert_eq!(Route::find("Client"), None);
    }
}
