#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/child.h"

namespace crescendo {

/// Where `make peers` puts what pip installs: CRESCENDO_PEERS, or crescendo/peers in the user's cache.
std::string peers_folder();

/// The Python in which the newest PyTorch is. Throws Error (not found) saying how to get it.
std::string peers_python();

/// A program that can be timed: bench/contestant.h.
struct Contestant {
  std::string name;
  std::vector<std::string> command;  // the ask is appended
  Child::Environment environment;
  std::string missing;  // why it cannot run here, and how to get it; empty: it can
};

/// Our own.
Contestant ours(std::string_view isa);

/// All rivals that know this mode, held to the same instruction set and one thread.
/// Several forms of one product, named alike up to their ends, compete as its "tuned" form.
std::vector<Contestant> rivals(std::string_view isa, std::string_view mode);

/// Those that `choice` names: "all", "none", or names separated by commas, where a name stands for all that begin with
/// it too. Throws Error (bad input) for a name that there is not, and (not found) for one that is missing here.
std::vector<Contestant> choose_rivals(const std::vector<Contestant>& all, const std::string& choice);

/// "pytorch_tuned" for each of its tuned forms; empty for what is none.
std::string tuned_group(const std::string& name);

}  // namespace crescendo
