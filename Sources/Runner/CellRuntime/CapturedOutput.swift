import Display
import Foundation

/// What a cell under `%%capture` printed and displayed.
public struct CapturedOutput: Sendable {
    /// What it wrote to standard output and to standard error.
    public let stdout, stderr: String
    /// The contents of its displays, as JSON.
    private let displays: [Data]

    /// How many displays there were.
    public var displayCount: Int { displays.count }

    /// Shows it, as the cell would have done.
    public func show() {
        print(stdout, terminator: "")
        FileHandle.standardError.write(Data(stderr.utf8))
        for content in displays { Output.send(.display, content) }
    }

    private struct File: Decodable {
        let stdout, stderr: String
        let displays: [String]
    }

    fileprivate init(contentsOf path: String) throws {
        let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        stdout = file.stdout
        stderr = file.stderr
        displays = file.displays.map { Data($0.utf8) }
    }
}

extension CapturedOutput: CustomStringConvertible {
    /// What it holds, in a few words.
    public var description: String {
        "CapturedOutput(stdout: \(stdout.utf8.count) bytes, stderr: \(stderr.utf8.count) bytes, "
            + "displays: \(displays.count))"
    }
}

/// Reads what the kernel kept; `%%capture` becomes this.
public func _gyrusCaptured(_ path: String) throws -> CapturedOutput { try CapturedOutput(contentsOf: path) }
