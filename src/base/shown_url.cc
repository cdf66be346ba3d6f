#include "base/shown_url.h"

#include <cctype>
#include <string_view>

namespace crescendo {
namespace {

// As in host, host:5432, [::1]:5432 and host:1,other:2. Else what looks like a port may be a password.
bool has_plain_ports(std::string_view hosts) {
  bool in_brackets = false, in_port = false;
  for (const char c : hosts) {
    if (c == '[' || c == ']') in_brackets = c == '[';
    if (in_port && c != ',' && std::isdigit(static_cast<unsigned char>(c)) == 0) return false;
    if (c == ',') in_port = false;
    if (c == ':' && !in_brackets) in_port = true;
  }
  return true;
}

}  // namespace

std::string shown_url(const std::string& url) {
  if (url.starts_with("sqlite:") || url == "memory:") return url;
  const std::size_t colon = url.find("://");
  if (colon == std::string::npos) return url.find_first_of(":@=?") == std::string::npos ? url : "...";
  const std::string scheme = url.substr(0, colon + 3), rest = url.substr(colon + 3);
  const std::size_t user_end = rest.find_first_of("@/?#");
  const bool has_user = user_end != std::string::npos && rest[user_end] == '@';
  std::string place = has_user ? rest.substr(user_end + 1) : rest;
  // What follows the query's mark is dropped whole: a password may be in it under any name.
  place = place.substr(0, place.find_first_of("?#"));
  // An @ that is left, or one behind where no user's part ended: some part of a password may stand on either side.
  const bool is_doubtful = has_user ? place.find('@') != std::string::npos : rest.find('@') != std::string::npos;
  if (is_doubtful || !has_plain_ports(place.substr(0, place.find('/')))) return scheme + "...";
  if (!has_user) return scheme + place;
  const std::string user = rest.substr(0, user_end);
  return scheme + user.substr(0, user.find(':')) + "@" + place;
}

}  // namespace crescendo
