add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 warns about vectors in its own std::variant and string code at -O3.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()
if(CRESCENDO_SANITIZE)
  add_compile_options(-fsanitize=${CRESCENDO_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CRESCENDO_SANITIZE})
endif()
if(CRESCENDO_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all)
  add_link_options(-fsanitize=address,undefined)
endif()

set(precompiled_headers <fmt/format.h> <nlohmann/json.hpp> <algorithm> <filesystem> <functional> <map> <memory> <optional> <set>
                        <string> <variant> <vector>)

# Headers that `owner` compiles once, for itself and for the others of its options: of the tests always, of src/ in the
# sanitizers' builds alone, so that the others show that each file includes what it needs.
function(crescendo_precompile target owner)
  if(NOT (CRESCENDO_SANITIZE OR target MATCHES "_tests$"))
    return()
  elseif(target STREQUAL owner)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()

# One static library a folder of src/, its sources found by name.
function(crescendo_module name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  if(NOT sources)
    add_library(crescendo_${name} INTERFACE)
    return()
  endif()
  add_library(crescendo_${name} STATIC ${sources})
  target_include_directories(crescendo_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(crescendo_${name} PUBLIC ${ARGN})
  if(NOT name STREQUAL "numeric")  # has sources of other options, and little to include
    crescendo_precompile(crescendo_${name} crescendo_base ${precompiled_headers})
  endif()
endfunction()
