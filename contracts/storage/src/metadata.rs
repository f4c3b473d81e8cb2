//! How what pages show is packed.

use attention_protocol::ProtocolError;
use attention_protocol::bytes::Reader;
use attention_protocol::msg::Metadata;

use crate::packed::{push_some, read_some};

/// Appends name and link, or two empty texts.
pub fn push_metadata(out: &mut Vec<u8>, metadata: Option<&Metadata>) {
    push_some(out, metadata.map(|metadata| metadata.name.as_str()));
    push_some(out, metadata.and_then(|metadata| metadata.url.as_deref()));
}

/// Reads what [`push_metadata`] wrote.
pub fn read_metadata(reader: &mut Reader<'_>) -> Result<Option<Metadata>, ProtocolError> {
    let (name, url) = (read_some(reader)?, read_some(reader)?);
    Ok(name.map(|name| Metadata { name, url }))
}
