# One source, one object per instruction set; src/train/kernels/dispatch.cc chooses at run time.
# Contraction into FMA is allowed here alone: everywhere else a*b+c rounds twice on every machine.
