/// The escape sequences of error texts.
///
/// Front ends show errors on pale red or on dark red ground. Bold in the text's own color and cyan read well on both;
/// red, blue, green and magenta do not.
public enum TextStyle {
    public static let strong = "\u{1B}[1m"
    /// Places, notes, and what is suggested.
    public static let hint = "\u{1B}[1;36m"
    public static let plain = "\u{1B}[0m"
}
