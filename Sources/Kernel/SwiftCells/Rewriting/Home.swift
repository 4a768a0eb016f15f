import Foundation

/// The user's home folder.
public enum Home {
    /// `HOME` if it is a full path, as shells and Python take it, else what the password file says.
    ///
    /// In containers and on clusters the two differ, and only the first can be written to.
    public static var path: String {
        if let home = ProcessInfo.processInfo.environment["HOME"], home.hasPrefix("/") { return home }
        return NSHomeDirectory()
    }

    /// A path in which `~` at the beginning stands for the home folder.
    public static func expanding(_ path: String) -> String {
        if path == "~" || path.hasPrefix("~/") { return self.path + path.dropFirst() }
        return (path as NSString).expandingTildeInPath
    }
}
