#include "train/network_file.h"

#include <fmt/format.h>

#include <string>

#include "base/files.h"
#include "crescendo/error.h"
#include "train/onnx_file.h"

namespace crescendo {

TrainedNetwork load_network(const std::filesystem::path& file) {
  const std::string bytes = read_file(file);
  if (bytes.starts_with(kWeightsMagic)) return parse_weights(bytes, file);
  // An ONNX file has no magic; it begins with the field of its IR version.
  if (bytes.starts_with('\x08')) return parse_onnx(bytes, file.string());
  bad_input(fmt::format("{} is no trained network; weights.bin and the ONNX models of 'train --onnx' are read",
                        file.string()));
}

}  // namespace crescendo
