import Display
import Formats
import JSON

/// The files that this session has opened, with their whole paths, as `gyrus run` asks for them.
public struct _GyrusOpenedPaths: Displayable {
    /// A JSON array of `path`, `bytes`, `sha256` and `modified`.
    public var mimeBundle: MIMEBundle {
        let files = OpenedFiles.shared.locations().map { file -> JSON in
            [
                "path": .string(file.path), "bytes": .integer(file.bytes),
                "sha256": file.sha256.map(JSON.string) ?? .null, "modified": .integer(file.modified),
            ]
        }
        return .plain(JSON.array(files).encodedText)
    }
}

/// The files that this session has opened.
public func _gyrusOpenedPaths() -> _GyrusOpenedPaths { _GyrusOpenedPaths() }
