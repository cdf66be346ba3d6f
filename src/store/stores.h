#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "crescendo/store.h"

namespace crescendo {

struct StoreEntry {
  std::string_view scheme;  // what a URL begins with
  std::string_view form;    // what messages show
  std::unique_ptr<Store> (*open)(const std::string& url, bool must_exist);
};

// The stores. To add one: write src/store/<name>.cc, then one line in each list here, and its library in
// CMakeLists.txt.
StoreEntry memory_store();
StoreEntry sqlite_store();

inline constexpr std::array kStores = {
    &memory_store,
    &sqlite_store,
};

}  // namespace crescendo
