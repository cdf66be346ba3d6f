#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "crescendo/images.h"

namespace crescendo {

struct DataSetEntry {
  std::string_view name, summary, source;
  /// Whether the folder, which exists, is laid out this way; looks at names only.
  bool (*recognises)(const std::filesystem::path& root);
  /// Throws Error on a folder that it recognises but cannot use. open_data_set checks what holds for every layout.
  std::unique_ptr<DataSet> (*open)(const std::filesystem::path& root, const DataOptions& options);
  /// Of one published data set: where it is to be had, and what to unpack. Empty: a layout of anybody's.
  std::string_view origin = {};
  /// Those of the DataOptions fold and frames that it goes by.
  std::vector<std::string_view> options = {};
};

// The layouts of data sets, the first that recognises a folder opens it. To add one: write src/images/<name>.cc, then
// one line in each list here.
DataSetEntry idx_data_set();
DataSetEntry cifar_data_set();
DataSetEntry stl10_data_set();
DataSetEntry flowers_data_set();
DataSetEntry ckplus_data_set();
DataSetEntry folder_data_set();

inline constexpr std::array kDataSets = {
    &idx_data_set, &cifar_data_set, &stl10_data_set, &flowers_data_set, &ckplus_data_set, &folder_data_set,
};

}  // namespace crescendo
