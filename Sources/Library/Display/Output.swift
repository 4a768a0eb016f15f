package import CRunnerProtocol
import Foundation

/// Where displays go: to the kernel when the code runs in a cell, to standard output when it does not.
package enum Output {
    private typealias Send = @convention(c) (UInt8, UnsafePointer<UInt8>?, Int) -> Void

    /// The runner's own function, looked up once: outside a runner there is none.
    private static let send: Send? = dlsym(nil, "gyrus_runner_send").map { unsafeBitCast($0, to: Send.self) }

    /// Whether this process is a kernel's runner.
    package static var isConnected: Bool { send != nil }

    /// Sends one message to the kernel; does nothing outside a runner.
    package static func send(_ kind: MessageKind, _ payload: Data) {
        payload.withUnsafeBytes { bytes in
            send?(kind.rawValue, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
        }
    }
}
