import Foundation

/// Notices that the process that started the kernel is gone.
enum ParentWatch {
    /// Calls `onDeath` once the process of `JPY_PARENT_PID` has ended; does nothing if there is none to watch.
    static func start(
        parent: String? = ProcessInfo.processInfo.environment["JPY_PARENT_PID"],
        onDeath: @escaping @Sendable () -> Void
    ) {
        // A number that names no process from the start is one of another container.
        guard let parent = parent.flatMap(Int32.init), parent > 1, isAlive(parent) else { return }
        // A parent that is dead but not yet waited for still has its number; a child of its own notices all the same.
        let isChild = getppid() == parent
        startThread("parent watch") {
            while isAlive(parent) && (!isChild || getppid() == parent) { sleep(1) }
            onDeath()
        }
    }

    private static func isAlive(_ process: Int32) -> Bool {
        kill(process, 0) == 0 || errno == EPERM
    }
}
