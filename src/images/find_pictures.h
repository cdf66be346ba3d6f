#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace crescendo {

bool is_hidden(const std::filesystem::path& path);

/// The folders in `folder` and links to folders, without those that are hidden: their names, sorted by bytes.
std::vector<std::string> find_folders(const std::filesystem::path& folder);

/// The JPEG and PNG files in `folder` and the folders inside it, by extension: names relative to it, sorted by bytes.
/// Hidden files and folders are left out; links to folders are not followed, but `folder` may be one.
std::vector<std::string> find_pictures(const std::filesystem::path& folder);

}  // namespace crescendo
