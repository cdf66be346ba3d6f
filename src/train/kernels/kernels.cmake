# One source, one object per instruction set; src/train/kernels/dispatch.cc chooses at run time.
# Contraction into FMA is allowed here alone: everywhere else a*b+c rounds twice on every machine.

# Optimised in every build type: unoptimised, the tests would take minutes.
set(kernel_optimisation -O3)
if(CRESCENDO_SANITIZE OR CRESCENDO_FUZZ)
  set(kernel_optimisation -O1)  # -O3 with a check at every access compiles for minutes
endif()

function(crescendo_kernels name lanes)
  string(REPLACE "-" "_" ops ${name}_ops)
  add_library(crescendo_kernels_${name} OBJECT ${CMAKE_SOURCE_DIR}/src/train/kernels/kernels.cc)
  target_include_directories(crescendo_kernels_${name} PRIVATE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/src)
  target_compile_definitions(crescendo_kernels_${name} PRIVATE CRESCENDO_LANES=${lanes} CRESCENDO_OPS=${ops})
  # -Wno-psabi: vectors wider than the instruction set's are passed between inlined functions only.
  target_compile_options(crescendo_kernels_${name} PRIVATE ${kernel_optimisation} ${ARGN}
                         -Wno-psabi -Wno-unknown-pragmas)
  set_target_properties(crescendo_kernels_${name} PROPERTIES CXX_EXTENSIONS ON POSITION_INDEPENDENT_CODE ON)
  target_sources(crescendo_train PRIVATE $<TARGET_OBJECTS:crescendo_kernels_${name}>)
endfunction()

crescendo_kernels(portable 4)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  crescendo_kernels(avx2 8 -mavx2 -mfma)
  crescendo_kernels(avx512 16 -mavx512f -mavx512bw -mavx512vl -mfma -mprefer-vector-width=512)
  target_compile_definitions(crescendo_train PRIVATE CRESCENDO_X86_KERNELS)
  if(CRESCENDO_TESTS)
    crescendo_kernels(wide-avx2 16 -mavx2 -mfma)
    target_compile_definitions(crescendo_train PRIVATE CRESCENDO_TEST_KERNELS)
  endif()
endif()
target_sources(crescendo_train PRIVATE ${CMAKE_SOURCE_DIR}/src/train/kernels/dispatch.cc)
