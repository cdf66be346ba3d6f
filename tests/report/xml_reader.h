#pragma once

#include <gtest/gtest.h>

#include <cctype>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crescendo/error.h"

namespace crescendo {

/// An element of an XML document, with the text that stands directly in it.
struct XmlElement {
  std::string name, text;
  std::map<std::string, std::string> attributes;
};

/// All elements of a document in the order in which they begin. Throws Error (bad input) where it is not well-formed:
/// as far as the pictures need it, that is elements, attributes in double quotes and the five named characters.
class XmlReader {
 public:
  static std::vector<XmlElement> read(std::string_view text) { return XmlReader(text).all(); }

 private:
  explicit XmlReader(std::string_view text) : rest_(text) {}

  void expect(bool holds, const char* what) const {
    if (!holds) bad_input(std::string(what) + " before: " + std::string(rest_.substr(0, 60)));
  }

  std::vector<XmlElement> all() {
    element();
    while (!rest_.empty() && std::isspace(static_cast<unsigned char>(rest_.front()))) rest_.remove_prefix(1);
    expect(rest_.empty(), "more than one root");
    return std::move(found_);
  }

  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  std::string name() {
    std::size_t end = 0;
    while (end < rest_.size() && (std::isalnum(static_cast<unsigned char>(rest_[end])) || rest_[end] == '-')) ++end;
    expect(end > 0, "a name is missing");
    const std::string found(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return found;
  }

  std::string characters(char end) {
    std::string text;
    while (!rest_.empty() && rest_.front() != end) {
      const auto c = static_cast<unsigned char>(rest_.front());
      expect(c != '<' && (c >= 0x20 || c == '\n'), "a character that may not stand there");
      if (c != '&') {
        text += rest_.front();
        rest_.remove_prefix(1);
      } else if (take("&amp;")) {
        text += '&';
      } else if (take("&lt;")) {
        text += '<';
      } else if (take("&gt;")) {
        text += '>';
      } else if (take("&quot;")) {
        text += '"';
      } else {
        expect(false, "an unknown character name");
      }
    }
    expect(!rest_.empty(), "the end is missing");
    return text;
  }

  void element() {
    expect(take("<"), "an element is missing");
    const std::size_t at = found_.size();
    found_.push_back({name(), "", {}});
    while (take(" ")) {
      const std::string key = name();
      expect(take("=\""), "a value is missing");
      const std::string value = characters('"');
      rest_.remove_prefix(1);
      expect(found_[at].attributes.emplace(key, value).second, "an attribute is there twice");
    }
    if (take("/>")) return;
    expect(take(">"), "an element does not end");
    while (!rest_.starts_with("</")) {
      if (rest_.starts_with("<")) {
        element();
      } else {
        found_[at].text += characters('<');
      }
    }
    const std::string end = "</" + found_[at].name + ">";
    expect(take(end), "an element ends that did not begin");
  }

  std::string_view rest_;
  std::vector<XmlElement> found_;
};

}  // namespace crescendo
