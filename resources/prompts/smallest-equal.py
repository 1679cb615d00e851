"""
Given a 0-indexed integer array nums, return the smallest index i of nums such that i mod 10 == nums[i], or -1 if such index does not exist.

>>> Solution().smallestEqual([0, 1, 2])
0
>>> Solution().smallestEqual([4, 3, 2, 1])
2
>>> Solution().smallestEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 0])
-1
"""

class Solution:
    def smallestEqual(self, nums):