// GyrusKernel
