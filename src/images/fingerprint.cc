#include "images/fingerprint.h"

#include "images/hash.h"

namespace crescendo {

std::uint64_t fingerprint_of(std::string_view layout, std::span<const StampedFile> files,
                             std::span<const std::string> classes, std::span<const int> labels,
                             std::span<const std::optional<Part>> parts) {
  Hash hash;
  hash.add(layout);
  for (const StampedFile& file : files) {
    hash.add(file.name);
    hash.add(file.stamp.size_bytes);
    hash.add(file.stamp.modified_ns);
  }
  for (const std::string& name : classes) hash.add(name);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    hash.add(static_cast<std::uint64_t>(labels[i]) * 100 + (parts[i] ? static_cast<std::uint64_t>(*parts[i]) : 99));
  }
  return hash.value();
}

}  // namespace crescendo
