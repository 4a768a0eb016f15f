import CKernelLevels

/// Runs every C kernel of the library at every instruction set that the processor has, and compares the results.
///
/// `started` is called before each run with the kernel and the level, so that a crash has a name, and `finished` after
/// it with the largest difference from the base level (or from the known result), and how large it may be. The level
/// in use is the same again at the end; meanwhile kernels on other threads run at other levels, which is only slower.
/// `gyrus doctor` finds this function in the installed library by its C name.
@_cdecl("gyrus_check_kernels")
public func checkKernels(
    started: @convention(c) (_ kernel: UnsafePointer<CChar>, _ level: UnsafePointer<CChar>) -> Void,
    finished: @convention(c) (_ difference: Double, _ tolerance: Double) -> Void
) {
    let before = kernel_level_in_use()
    defer { kernel_use_level(before) }
    let levels = (0...kernel_level_of_processor().rawValue).map { kernel_level($0) }
    for check in KernelCheck.all {
        var expected = check.expected
        for level in levels {
            kernel_use_level(level)
            check.name.withCString { started($0, kernel_level_name(level)) }
            let result = check.run()
            finished(KernelCheck.difference(result, expected ?? result), check.tolerance)
            expected = expected ?? result
        }
    }
}
