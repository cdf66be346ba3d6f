#pragma once

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

namespace crescendo {

/// The whole file. Throws Error: not found, or unavailable with the system's reason.
std::string read_file(const std::filesystem::path& path);

/// Writes under a temporary name beside the file, then renames: a reader sees the old file or the new one, whole.
/// Throws Error (unavailable) with the system's reason, as when the disk is full.
void write_file(const std::filesystem::path& path, std::string_view content);

/// The same for content in several pieces, which are not copied together.
void write_file(const std::filesystem::path& path, std::initializer_list<std::string_view> pieces);

/// Makes the folder and its parents. Throws Error (bad input) naming the folder if it cannot be made or written to.
void make_writable_folder(const std::filesystem::path& folder);

/// Where programs keep what they can make again: crescendo in $XDG_CACHE_HOME, if that is an absolute path, or else in
/// .cache of the home folder; empty where neither is known.
std::filesystem::path user_cache_folder();

}  // namespace crescendo
