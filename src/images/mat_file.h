#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crescendo {

/// A real numeric array of a file of MATLAB, whatever type its numbers are stored in.
struct MatArray {
  std::string name;
  std::vector<std::size_t> dimensions;  // at least two
  std::vector<double> values;           // column by column, as many as the dimensions say
};

/// The real numeric arrays of a MAT-file of versions 5 to 7, whose elements may be zlib-compressed; texts, cells,
/// structures, sparse and complex arrays are passed over. Own code, as libmatio would bring HDF5 and what that needs
/// into every build for two small files of numbers.
///
/// Source: MathWorks, "MAT-File Format", chapter "Level 5 MAT-File Format".
/// Throws Error (bad input) naming the file as `name`, and the offset, where the file is none, is cut or contradicts
/// itself, for version 7.3 (which is HDF5), and for elements that are more than 16 MiB when unpacked, all together.
std::vector<MatArray> read_mat(std::span<const std::uint8_t> file, std::string_view name);

}  // namespace crescendo
