"""
Return whether text reads the same backward as forward.

>>> is_palindrome("level")
True
>>> is_palindrome("glass")
False
"""

def is_palindrome(text):