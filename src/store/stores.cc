#include "store/stores.h"

#include <fmt/format.h>

#include "base/shown_url.h"
#include "crescendo/error.h"

namespace crescendo {
namespace {

std::unique_ptr<Store> open(const std::string& url, bool must_exist) {
  std::string forms;
  for (const auto& make : kStores) {
    const StoreEntry entry = make();
    if (url.starts_with(entry.scheme)) return entry.open(url, must_exist);
    forms += fmt::format("{}{}", forms.empty() ? "" : ", ", entry.form);
  }
  bad_input(fmt::format("'{}' names no storage; its forms are: {}", shown_url(url), forms));
}

}  // namespace

std::unique_ptr<Store> open_store(const std::string& url) { return open(url, false); }
std::unique_ptr<Store> open_existing_store(const std::string& url) { return open(url, true); }

}  // namespace crescendo
