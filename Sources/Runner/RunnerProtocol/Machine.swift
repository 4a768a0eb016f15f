import Foundation

/// The machine that this process runs on, as far as it may matter to results.
package enum Machine {
    /// The operating system by its own name, and the architecture (`Debian GNU/Linux 12 (bookworm), x86_64`).
    package static var operatingSystem: String {
        let lines =
            (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8))?.split(separator: "\n") ?? []
        let name = lines.first { $0.hasPrefix("PRETTY_NAME=") }?
            .dropFirst("PRETTY_NAME=".count).trimmingCharacters(in: CharacterSet(charactersIn: "\"'"))
        return "\(name ?? "Linux"), \(architecture)"
    }

    /// The processor by its maker's name, if the system tells it.
    package static var processor: String? {
        let lines =
            (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        return lines.first { $0.hasPrefix("model name") }?
            .split(separator: ":", maxSplits: 1).last?.trimmingCharacters(in: .whitespaces)
    }

    private static var architecture: String {
        var names = utsname()
        guard uname(&names) == 0 else { return "unknown" }
        return withUnsafeBytes(of: &names.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// The variable by which the kernel tells the cells' process which Swift compiles them.
    package static let swiftVariable = "GYRUS_SWIFT_VERSION"
}
