import Foundation

/// Where a file or folder is: a path (`String`) or a `URL`.
///
/// ```swift
/// try NumPyArray.open("~/data/features.npy")
/// let folder = URL(filePath: "/data/study")
/// try NumPyArray.open(folder.appending(path: "features.npy"))
/// ```
public protocol FileLocation {
    /// The place as a URL of a file: `~` is the home folder, and a path that is not absolute begins at the working folder.
    var fileURL: URL { get }
}

extension String: FileLocation {
    public var fileURL: URL { URL(fileURLWithPath: (self as NSString).expandingTildeInPath) }
}

extension URL: FileLocation {
    /// The URL itself; one without a scheme (`URL(string: "data/x.npy")`) is a path.
    public var fileURL: URL { scheme == nil ? path(percentEncoded: false).fileURL : self }
}

/// Throws `FormatError` if a URL names no file of this machine.
func checkLocation(_ url: URL) throws {
    guard url.isFileURL else {
        throw FormatError(url, "is not on this machine (\(url.scheme ?? "no scheme")); download it first")
    }
}
