#pragma once

#include <string>

namespace crescendo {

/// A storage's URL as it may be shown to anybody: postgres://me:secret@host/name?password=secret is
/// postgres://me@host/name, without whatever follows a question mark. Of a URL in which a password may begin or end
/// elsewhere, as one with a slash in it, only the scheme is left: postgres://... Files' URLs are shown as they are.
std::string shown_url(const std::string& url);

}  // namespace crescendo
