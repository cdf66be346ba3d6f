#pragma once

namespace crescendo {

/// How a stage's forward pass is computed: directly, or by Winograd's minimal filtering with tiles of 2x2 or 4x4
/// outputs. 3x3 and 5x5 filters know all three, 7x7 no larger tiles than 2x2, 1x1 and first stages the direct way only.
enum class ForwardMethod { kDirect, kWinograd2, kWinograd4 };

/// Geometry of one stage: convolution (stride 1, same padding, odd size) + bias + ReLU + 2x2 max-pooling.
///
/// W: lanes of a vector; a block is W channels; the channels behind the last are zero everywhere.
///   input, first stage   [n][pitch][pitch][channels]            zero border of `border`, wider right and below where
///   input, other stages  [n][in_blocks][pitch][pitch][W]        Winograd's last tiles read further
///   output               [n][out_blocks][out_pitch][out_pitch][W], the maps start at (out_border, out_border)
///   choices              [n][out_blocks][pooled][pooled][W], 0..3 position of the maximum, 255: ReLU cut it off
///   weights, first stage [filters][size][size][channels]
///   weights, others      [in_blocks][filters][size][size][W]    input channels innermost
///   biases               [out_blocks][W]
/// The input's gradient has the input's layout, the output's gradient the output's.
/// A stage writes its output straight into the next one's input, so borders stay zero and no kernel tests for edges.
struct Stage {
  int pictures;  // of this call; buffers may hold more
  int channels, side;
  int filters, size;
  int pooled;  // side of the output, side / 2
  int border;  // size / 2
  int in_blocks, out_blocks;
  int pitch;
  int out_border, out_pitch;
  bool first;
  ForwardMethod forward;
};

/// Batch normalisation between two stages, or between the last one and the dense layers. Statistics are [blocks][W].
///   before [n][blocks][side][side][W], the stage's output, which then has no border
///   after  [n][blocks][pitch][pitch][W], the maps start at (border, border): the next stage's input
struct Norm {
  int pictures;
  int blocks, side;
  int border, pitch;
};

/// Average pooling of the last stage's maps, normalised or not, before the dense layers. Average i of `to` along an
/// axis covers the values from floor(i * side / to) to below ceil((i + 1) * side / to).
///   before [n][blocks][side][side][W]
///   after  [n][blocks][to][to][W]
struct Averaging {
  int pictures;
  int blocks, side, to;
};

/// One fully connected layer. Activations are kept transposed, [value][batch_pitch]; columns from `batch` on are zero.
///   weights [panels][inputs][2W], outputs padded with zeros to panels * 2W
///   biases  [outputs]
struct Dense {
  int batch, batch_pitch;  // batch_pitch: batch rounded up to W
  int inputs, outputs;
  int panels;
  bool relu;
};

}  // namespace crescendo
